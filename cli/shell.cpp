// sallyport: the shell. At a terminal a router's console; otherwise commands from `-c` or standard input. `sallyport check`
// and `sallyport convert` need no daemon.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/batch.hpp"
#include "cli/check_command.hpp"
#include "cli/convert_command.hpp"
#include "cli/scp.hpp"
#include "cli/setup_command.hpp"
#include "cli/terminal.hpp"

namespace {

struct Arguments {
  std::string state = "/var/lib/sallyport";
  std::vector<std::string> commands;
  bool setup = false;
};

constexpr const char* usage =
    "usage: sallyport [--state DIR] [-c COMMAND]...\n"
    "       sallyport [--state DIR] setup\n"
    "       sallyport [--state DIR] status [--all]\n"
    "       sallyport check [--json] FILE...\n"
    "       sallyport convert FILE\n"
    "\n"
    "The shell of sallyportd(8). At a terminal it is a router's console; commands and configurations are also taken from -c, "
    "from\n"
    "standard input, or from SSH_ORIGINAL_COMMAND, so that it serves as a login shell and as sshd's ForceCommand.\n"
    "\n"
    "  --state DIR      the daemon's state directory (/var/lib/sallyport)\n"
    "  -c COMMAND       carry this out; several are one session\n"
    "  setup            asks six questions, and leaves a tunnel that is configured and saved\n"
    "  status           whether the tunnels are up, and why not; --all: each of them\n"
    "  check FILE...    what configuration files mean here, and whether two fit together; needs no daemon\n"
    "  convert FILE     the IKEv2 configuration that does what an IKEv1 one did; needs no daemon\n"
    "\n"
    "It ends with 0 when all was carried out, 1 when something was refused, 2 when no daemon answers, 3 when a file cannot be "
    "read.\n"
    "check ends with 0 where it has nothing to say, 1 where it has, 2 where a line is refused.\n";

/// `check` has its own: 0 nothing to say, 1 findings, 2 refused lines.
enum Exit { fine = 0, refused = 1, no_daemon = 2, unreadable = 3 };

Arguments parse_arguments(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "setup" && i + 1 == argc) {
      out.setup = true;
      return out;
    }
    if (option == "status") {
      const bool all = i + 2 == argc && std::string_view(argv[i + 1]) == "--all";
      if (!all && i + 1 != argc) throw std::runtime_error(std::string("status takes --all, and nothing else\n") + usage);
      out.commands = {all ? "show crypto status all" : "show crypto status"};
      return out;
    }
    if (i + 1 >= argc) throw std::runtime_error(option + " needs a value\n" + usage);
    if (option == "--state")
      out.state = argv[i + 1];
    else if (option == "-c")
      out.commands.emplace_back(argv[i + 1]);
    else
      throw std::runtime_error("unknown option " + option + "\n" + usage);
  }
  return out;
}

int run_check(const std::vector<std::string>& words) {
  const bool json = !words.empty() && words[0] == "--json";
  const std::vector<std::string> paths(words.begin() + (json ? 1 : 0), words.end());
  if (paths.empty()) throw std::runtime_error(std::string("check needs a file\n") + usage);
  return cli::run_check(paths, json ? cli::CheckForm::json : cli::CheckForm::text, std::cout);
}

int run_convert(const std::vector<std::string>& words) {
  if (words.size() != 1) throw std::runtime_error(std::string("convert needs one file\n") + usage);
  return cli::run_convert(words[0], std::cout);
}

int run_at_terminal(const Arguments& arguments) {
  const cli::RawTerminal raw;
  cli::ControlClient client(arguments.state);
  cli::Terminal(client).run();
  return fine;
}

/// What sshd was asked to run comes by `-c` where we are the login shell, and in the environment where we are its ForceCommand.
void take_what_sshd_was_asked(Arguments& arguments) {
  const char* command = std::getenv("SSH_ORIGINAL_COMMAND");
  if (command && arguments.commands.empty()) arguments.commands.emplace_back(command);
}

int run(Arguments arguments) {
  if (arguments.setup) return cli::run_setup(arguments.state, std::cin, std::cout) == 0 ? fine : refused;
  take_what_sshd_was_asked(arguments);
  if (arguments.commands.empty() && ::isatty(STDIN_FILENO)) return run_at_terminal(arguments);
  cli::ControlClient client(arguments.state);
  if (!arguments.commands.empty()) {
    if (const auto scp = cli::scp_request(arguments.commands[0])) return cli::serve_scp(client, *scp) ? fine : refused;
    std::size_t at = 0;
    const auto next = [&] { return at < arguments.commands.size() ? std::optional(arguments.commands[at++]) : std::nullopt; };
    return cli::run_batch(client, {next, [] { return true; }}, std::cout) ? fine : refused;
  }
  std::ios::sync_with_stdio(false);
  const auto more_is_there = [] { return std::cin.rdbuf()->in_avail() > 0; };
  return cli::run_batch(client, {[] { return cli::bounded_line(std::cin); }, more_is_there}, std::cout) ? fine : refused;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--help" || first == "-h") {
    std::cout << usage;
    return fine;
  }
  if (first != "check" && first != "convert") return run(parse_arguments(argc, argv));
  try {
    const std::vector<std::string> words(argv + 2, argv + argc);
    return first == "check" ? run_check(words) : run_convert(words);
  } catch (const std::exception& error) {
    std::cerr << "sallyport: " << error.what() << std::endl;
    return unreadable;
  }
} catch (const std::exception& error) {
  std::cerr << "sallyport: " << error.what() << std::endl;
  return no_daemon;
}
