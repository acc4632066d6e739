#include "cli/file_commands.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "cli/ios_text.hpp"
#include "cli/text_file.hpp"
#include "engine/crypto/prf.hpp"
#include "parser/operators.hpp"
#include "parser/redact.hpp"

namespace cli {
namespace {

constexpr std::size_t most_refusals = 20;

/// "Jul 30 2025 19:49:50 +00:00"
std::string file_time(std::int64_t seconds) {
  const std::time_t at = seconds;
  std::tm parts{};
  char text[40];
  ::gmtime_r(&at, &parts);
  return {text, std::strftime(text, sizeof text, "%b %e %Y %H:%M:%S +00:00", &parts)};
}

using Clock = std::chrono::steady_clock;

/// As a router tells it, which knows no copy of less than a thousandth of a second.
std::string copied(std::size_t octets, Clock::time_point begun) {
  using std::chrono::milliseconds;
  const auto took = std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(Clock::now() - begun));
  char text[80];
  std::snprintf(text, sizeof text, "%zu bytes copied in %.3f secs (%zu bytes/sec)\n", octets,
                static_cast<double>(took.count()) / 1000, octets * 1000 / static_cast<std::size_t>(took.count()));
  return text;
}

/// What stands in brackets behind "Destination filename".
std::string short_name(const std::string& file) {
  const auto at = file.find_last_of(":/");
  return at == std::string::npos ? file : file.substr(at + 1);
}

/// As on a router: what was refused is told, and the rest counts.
std::string merge_refusals(const parser::ApplyResult& applied) {
  std::string out;
  std::size_t count = 0;
  for (const auto& line : applied.lines) {
    if (line.verdict != parser::Verdict::refused || ++count > most_refusals) continue;
    out += parser::without_keys(line.text) + "\n";
    if (line.caret) out += std::string(*line.caret, ' ') + "^\n";
    out += line.answer + "\n";
  }
  if (count > most_refusals) out += "... and " + std::to_string(count - most_refusals) + " more\n";
  return out;
}

}  // namespace

bool FileCommands::asks_nothing() const { return !at_terminal() || parser::prompts_quietly(backend().running()); }

void FileCommands::beside(std::function<engine::Result<std::string>()> work) const {
  auto refusal = std::make_shared<std::string>();
  backend().render(
      [work = std::move(work), refusal] {
        auto answer = work();
        if (!answer.ok()) *refusal = answer.failure().why;
        return answer.ok() ? std::move(*answer) : std::string();
      },
      [*this, refusal](std::string text) { refusal->empty() ? finish(std::move(text)) : fail(*refusal); });
}

void FileCommands::operator()(const parser::Dir& command) const {
  beside([place = command.place, flash = backend().flash()]() -> engine::Result<std::string> {
    TRY(const FileList list, list_files(place, flash));
    std::string out = "Directory of " +
                      (place.empty()         ? "bootflash:/"
                       : place.back() == ':' ? place + "/"
                                             : escaped(place)) +
                      "\n\n";
    for (const FileRow& file : list.files)
      out += right(std::to_string(file.inode % 100000), 5) + "  -rw-  " + right(std::to_string(file.octets), 15) + "  " +
             file_time(file.seconds) + "  " + escaped(file.name) + "\n";
    if (list.files.empty()) out += "No files in directory\n";
    return out + "\n" + std::to_string(list.total) + " bytes total (" + std::to_string(list.available) + " bytes free)\n";
  });
}

void FileCommands::operator()(const parser::More& command) const {
  log(5, "%SYS-5-EXPORT: User " + escaped(user()) + " reads " + escaped(command.file));
  auto text = std::make_shared<engine::Result<std::string>>(std::string());
  backend().render(
      [text, file = command.file, flash = backend().flash()] {
        *text = read_text_file(file, flash);
        return std::string();
      },
      [*this, text](const std::string&) { text->ok() ? show(std::move(**text)) : fail(text->failure().why); });
}

void FileCommands::operator()(const parser::VerifyMd5& command) const {
  beside([command, flash = backend().flash()]() -> engine::Result<std::string> {
    TRY(const std::string text, read_text_file(command.file, flash));
    const std::string md5 = engine::to_hex(engine::crypto::md5({engine::as_bytes(text)}));
    const std::string dots = "....................Done!\n";
    if (command.wanted.empty()) return dots + "verify /md5 (" + command.file + ") = " + md5 + "\n";
    if (command.wanted == md5) return dots + "Verified (" + command.file + ") = " + md5 + "\n";
    return engine::Failure{.why = "%Error verifying " + command.file + "\nComputed signature  = " + md5 +
                                  "\nSubmitted signature = " + command.wanted};
  });
}

void FileCommands::operator()(const parser::DeleteFile& command) const {
  const auto remove = [*this, file = command.file] {
    log(5, "%SYS-5-DELETE: User " + escaped(user()) + " deletes " + escaped(file));
    beside([file, flash = backend().flash()]() -> engine::Result<std::string> {
      CHECK_OK(remove_text_file(file, flash));
      return std::string();
    });
  };
  if (command.force || asks_nothing()) return remove();
  ask("Delete filename [" + short_name(command.file) + "]? ", [*this, remove, file = command.file](const std::string&) {
    ask("Delete " + file + "? [confirm]", [*this, remove](const std::string& answer) {
      answer.empty() || answer[0] == 'y' || answer[0] == 'Y' ? remove() : done();
    });
  });
}

void FileCommands::operator()(const parser::CopyFile& command) const {
  const bool merges = command.to == parser::CopyEnd::running;
  if (asks_nothing()) return copy(command, command.to_file);
  ask("Destination filename [" + (merges ? std::string("running-config") : short_name(command.to_file)) + "]? ",
      [*this, command, merges](const std::string& answer) {
        if (merges || answer.empty()) return copy(command, command.to_file);
        const auto folder = command.to_file.find_last_of(":/");
        copy(command, command.to_file.substr(0, folder == std::string::npos ? 0 : folder + 1) + answer);
      });
}

void FileCommands::copy(const parser::CopyFile& command, const std::string& to) const {
  if (command.to == parser::CopyEnd::running) return copy_into_running(command.from_file);
  log(5, "%SYS-5-EXPORT: User " + escaped(user()) + " copies " +
             (command.from == parser::CopyEnd::running   ? "running-config"
              : command.from == parser::CopyEnd::startup ? "startup-config"
                                                         : escaped(command.from_file)) +
             " to " + escaped(to));
  if (command.from == parser::CopyEnd::running)
    return copy_to(to, [configuration = backend().running()] { return parser::running_config(configuration); });
  if (command.from == parser::CopyEnd::file)
    return copy_to(to, [file = command.from_file, flash = backend().flash()] { return read_text_file(file, flash); });
  backend().read_startup([*this, to](const engine::Result<std::optional<parser::Configuration>>& read) {
    if (!read.ok()) return fail("% Error: the startup configuration could not be read: " + read.failure().why);
    if (!*read) return fail("%Error opening nvram:startup-config (No such file or directory)");
    copy_to(to, [configuration = **read] { return parser::running_config(configuration); });
  });
}

void FileCommands::copy_to(const std::string& to, std::function<engine::Result<std::string>()> text) const {
  beside([to, text = std::move(text), flash = backend().flash()]() -> engine::Result<std::string> {
    const auto begun = Clock::now();
    TRY(const std::string octets, text());
    CHECK_OK(write_text_file(to, flash, octets, FileMode::replace));
    return copied(octets.size(), begun);
  });
}

/// Parsed beside the loop; done again only where somebody else has committed meanwhile.
void FileCommands::copy_into_running(const std::string& file) const {
  struct Merge {
    engine::Result<std::string> text = std::string();
    parser::ApplyResult applied;
  };
  auto merge = std::make_shared<Merge>();
  const auto begun = Clock::now();
  const parser::Configuration base = backend().running();
  backend().render(
      [merge, base, file, flash = backend().flash()] {
        // `null:` is empty: a way of automation to see whether copying works.
        if (!file.starts_with("null:")) merge->text = read_text_file(file, flash);
        if (merge->text.ok()) merge->applied = parser::apply(base, *merge->text);
        return std::string();
      },
      [*this, merge, base, file, begun](const std::string&) {
        if (!merge->text.ok()) return fail(merge->text.failure().why);
        const auto build = [*this, merge, base] {
          return backend().running() == base ? merge->applied.configuration
                                             : parser::apply(backend().running(), *merge->text).configuration;
        };
        backend().commit(build, origin("copy " + escaped(file) + " running-config"),
                         [*this, merge, file, begun](const engine::Status& status) {
                           if (!status.ok())
                             return fail("% Error: the configuration could not be stored: " + status.failure().why);
                           log(5, "%SYS-5-CONFIG_I: Configured from " + escaped(file) + " by " + escaped(user()));
                           if (const std::string refused = merge_refusals(merge->applied); !refused.empty()) output(refused);
                           finish(copied(merge->text->size(), begun));
                         });
      });
}

}  // namespace cli
