#include "cli/setup_command.hpp"

#include <charconv>
#include <functional>
#include <optional>
#include <random>
#include <sstream>

#include "cli/batch.hpp"
#include "cli/control_client.hpp"
#include "parser/text.hpp"

namespace cli {
namespace {

constexpr std::size_t shortest_key = 8, key_octets = 24;

std::string random_key() {
  constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  std::random_device dice;
  std::uniform_int_distribution<std::size_t> any(0, alphabet.size() - 1);
  std::string out;
  while (out.size() < key_octets) out += alphabet[any(dice)];
  return out;
}

std::optional<engine::Prefix> prefix(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = engine::IpAddress::parse(std::string_view(text).substr(0, slash));
  if (!address) return std::nullopt;
  unsigned length = static_cast<unsigned>(address->bits());
  if (slash != std::string::npos) {
    const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length > address->bits()) return std::nullopt;
  }
  return engine::Prefix::of(*address, static_cast<std::uint8_t>(length));
}

/// As an access list has it: with a wildcard mask in IPv4.
std::string selector(const engine::Prefix& net) {
  if (!net.address.is_v4()) return net.to_string();
  return net.address.to_string() + " " + engine::IpAddress::v4(~parser::mask_of(net.length).v4_host_order()).to_string();
}

/// Runs commands, one a line; nullopt: something was refused, and `out` says what.
std::optional<std::string> carried_out(const std::string& state, const std::string& lines, std::ostream& out) {
  std::istringstream in(lines);
  std::ostringstream answer;
  const auto next = [&in] {
    std::string line;
    return std::getline(in, line) ? std::optional(line) : std::nullopt;
  };
  ControlClient client(state);  // a session of its own
  if (run_batch(client, {next, [] { return true; }}, answer)) return answer.str();
  out << answer.str();
  return std::nullopt;
}

class Interview {
 public:
  Interview(std::istream& in, std::ostream& out) : in_(in), out_(out) {}

  /// Until `take` is content, which else says why it is not; false at the end of the input.
  bool ask(const std::string& question, const std::string& otherwise,
           const std::function<std::string(const std::string&)>& take) {
    while (true) {
      out_ << question << (otherwise.empty() ? "" : " [" + otherwise + "]") << ": " << std::flush;
      std::string answer;
      if (!std::getline(in_, answer)) return false;
      answer.erase(0, answer.find_first_not_of(" \t"));
      answer.erase(answer.find_last_not_of(" \t\r") + 1);
      const std::string why = take(answer.empty() ? otherwise : answer);
      if (why.empty()) return true;
      out_ << "% " << why << "\n";
    }
  }

 private:
  std::istream& in_;
  std::ostream& out_;
};

std::optional<SetupAnswers> interview(Interview& person) {
  SetupAnswers out;
  const auto net = [](engine::Prefix& into) {
    return [&into](const std::string& text) -> std::string {
      const auto read = prefix(text);
      if (!read) return "A network is written 192.168.1.0/24 or 2001:db8:1::/64.";
      into = *read;
      return {};
    };
  };
  const bool through =
      person.ask("1. Interface towards the other gateway", "GigabitEthernet0/0",
                 [&out](const std::string& text) {
                   out.interface = text;
                   return std::string();
                 }) &&
      person.ask("2. Address of the other gateway", "",
                 [&out](const std::string& text) -> std::string {
                   const auto address = engine::IpAddress::parse(text);
                   if (!address) return "An address is written 203.0.113.20 or 2001:db8::20.";
                   out.peer = *address;
                   return {};
                 }) &&
      person.ask("3. Network behind this gateway", "", net(out.ours)) &&
      person.ask("4. Network behind the other gateway", "",
                 [&out, take = net(out.theirs)](const std::string& text) -> std::string {
                   if (const std::string why = take(text); !why.empty()) return why;
                   if (out.theirs.address.family != out.ours.address.family) return "Both networks must be IPv4, or both IPv6.";
                   return out.theirs == out.ours ? "That is the network behind this gateway." : "";
                 }) &&
      person.ask("5. Pre-shared key, the same at both ends", random_key(), [&out](const std::string& text) -> std::string {
        out.key = text;
        if (text.find_first_of(" \t?") != std::string::npos) return "Blanks and question marks cannot be in it.";
        return text.size() < shortest_key ? "A key has at least " + std::to_string(shortest_key) + " characters." : "";
      });
  return through ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string setup_configuration(const SetupAnswers& answers) {
  const std::string peer = answers.peer.to_string(), host = answers.peer.is_v4() ? peer : peer + "/128";
  const std::string list = answers.ours.address.is_v4() ? "ip access-list extended SETUP-LAN\n" : "ipv6 access-list SETUP-LAN\n";
  const std::string protocol = answers.ours.address.is_v4() ? "ip " : "ipv6 ";
  return "crypto ikev2 keyring SETUP-KEYS\n peer OTHER\n  address " + host + "\n  pre-shared-key " + answers.key +
         "\ncrypto ikev2 profile SETUP-OTHER\n match identity remote address " + host +
         "\n authentication remote pre-share\n authentication local pre-share\n keyring local SETUP-KEYS\n"
         "crypto ipsec transform-set SETUP-ESP esp-gcm 256\n mode tunnel\n" +
         list + " permit " + protocol + selector(answers.ours) + " " + selector(answers.theirs) +
         "\ncrypto map SETUP 10 ipsec-isakmp\n set peer " + peer +
         "\n set transform-set SETUP-ESP\n set ikev2-profile SETUP-OTHER\n match address SETUP-LAN\ninterface " +
         answers.interface + "\n crypto map SETUP\n";
}

int run_setup(const std::string& state, std::istream& in, std::ostream& out) {
  const auto there = carried_out(state, "show running-config | include crypto map", out);
  if (!there) return 1;
  if (!there->empty()) {
    out << "% Tunnels are configured already. More of them: paste their lines (sallyport < FILE), or type them (sallyport).\n";
    return 1;
  }
  Interview person(in, out);
  const auto answers = interview(person);
  if (!answers) return 1;
  const std::string configuration = setup_configuration(*answers);
  out << "\n" << configuration << "\n";
  bool agreed = false;
  const bool answered =
      person.ask("6. Configure this, and save it? (yes or no)", "yes", [&agreed](const std::string& text) -> std::string {
        agreed = text == "yes" || text == "y";
        return agreed || text == "no" || text == "n" ? "" : "Please say yes or no.";
      });
  if (!answered || !agreed) return 1;
  if (!carried_out(state, configuration + "end\nwrite memory\n", out)) {
    out << "% Something was refused: see above. Nothing is saved; sallyport shows and changes what is there.\n";
    return 1;
  }
  out << "Saved. The other gateway needs the same key and the networks the other way round. The first packet from "
      << answers->ours.to_string() << " to " << answers->theirs.to_string()
      << " brings the tunnel up;\n\"sallyport status\" says whether it is, and why not.\n";
  return 0;
}

}  // namespace cli
