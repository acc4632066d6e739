// What the grammar takes for a configuration of a million canonical lines: parsing alone, applying it to a snapshot, printing
// it. Then 10,000 sites (180,000 lines) made into the engine's configuration, and one line changed among them.
// bench_parser [lines]; CPU time of the process; the best of three.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "parser/command.hpp"
#include "parser/compile.hpp"
#include "parser/parser.hpp"
#include "parser/text.hpp"

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

const parser::Mode& mode_named(std::string_view name) {
  for (const parser::Mode* mode : parser::config_modes())
    if (mode->name() == name) return *mode;
  std::abort();
}

constexpr std::size_t lines_a_site = 18;

struct Line {
  const parser::Mode* mode;
  std::string text;
};

std::string network(unsigned i) { return "10." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) + ".0"; }
std::string host(unsigned i) {
  return std::to_string(20 + i / 62500) + "." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) + ".1";
}

/// Sites as hubs have them, in the order of running-config.
std::vector<Line> lines_of(std::size_t wanted) {
  const unsigned sites = static_cast<unsigned>(wanted / lines_a_site);
  const auto &global = mode_named("global"), &keyring = mode_named("ikev2_keyring"), &peer = mode_named("ikev2_keyring_peer"),
             &profile = mode_named("ikev2_profile"), &map = mode_named("crypto_map"), &list = mode_named("access_list"),
             &interface = mode_named("interface");
  std::vector<Line> out = {{&global, "hostname HUB"}, {&global, "crypto ikev2 keyring SITES"}};
  const auto name = [](unsigned i) { return "SITE-" + std::to_string(i); };
  for (unsigned i = 0; i < sites; ++i) {
    out.push_back({&keyring, "peer " + name(i)});
    out.push_back({&peer, "address " + host(i)});
    out.push_back({&peer, "pre-shared-key key-of-" + name(i)});
  }
  for (unsigned i = 0; i < sites; ++i) {
    out.push_back({&global, "crypto ikev2 profile " + name(i)});
    out.push_back({&profile, "match identity remote address " + host(i) + " 255.255.255.255"});
    out.push_back({&profile, "authentication remote pre-share"});
    out.push_back({&profile, "authentication local pre-share"});
    out.push_back({&profile, "keyring local SITES"});
    out.push_back({&profile, "dpd 10 3 periodic"});
  }
  out.push_back({&global, "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac"});
  for (unsigned i = 0; i < sites; ++i) {
    out.push_back(
        {&global, "crypto map MAP-" + std::to_string(i / 60000) + " " + std::to_string(i % 60000 + 1) + " ipsec-isakmp"});
    out.push_back({&map, "set peer " + host(i)});
    out.push_back({&map, "set transform-set TS"});
    out.push_back({&map, "set ikev2-profile " + name(i)});
    out.push_back({&map, "match address " + name(i)});
  }
  out.push_back({&global, "interface GigabitEthernet0/0"});
  out.push_back({&interface, "ip address 192.0.2.1 255.255.255.0"});
  out.push_back({&interface, "crypto map MAP-0"});
  for (unsigned i = 0; i < sites; ++i) {
    out.push_back({&global, "ip access-list extended " + name(i)});
    out.push_back({&list, "permit ip 10.0.0.0 0.255.255.255 " + network(i) + " 0.0.0.255"});
    out.push_back({&list, "permit tcp host " + host(i) + " any eq 443"});
    out.push_back({&list, "deny ip any any"});
  }
  return out;
}

template <class Work>
void measure(const char* what, std::size_t lines, Work work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const double start = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - start);
  }
  std::printf("%-8s %9zu lines %7.3f s %10.0f lines/s\n", what, lines, best, static_cast<double>(lines) / best);
}

/// So many sites as a running daemon takes them: applied, compiled, and then one line of them changed.
void sites(std::size_t count) {
  std::string text;
  const std::vector<Line> lines = lines_of(count * lines_a_site);
  for (const Line& line : lines) text += line.text + "\n";
  const parser::Configuration configuration = parser::apply({}, text).configuration;
  parser::Compiled compiled;
  measure("compile", lines.size(), [&] { compiled = parser::compile(configuration, nullptr); });
  const std::string change = "crypto ikev2 keyring SITES\npeer SITE-" + std::to_string(count / 2) + "\ndescription ";
  unsigned round = 0;
  measure("change", 1, [&] {
    const auto changed = parser::apply(configuration, change + std::to_string(++round) + "\n").configuration;
    parser::compile(changed, &compiled);
  });
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<Line> lines = lines_of(count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1000000);
  std::string text;
  for (const Line& line : lines) text += line.text + "\n";

  measure("parse", lines.size(), [&] {
    for (const Line& line : lines) {
      parser::Session session(line.text);
      parser::Parsed parsed;
      if (!line.mode->parse(session, parsed)) {
        std::printf("not understood: %s\n", line.text.c_str());
        std::exit(1);
      }
    }
  });
  parser::Configuration configuration;
  measure("apply", lines.size(), [&] { configuration = parser::apply({}, text).configuration; });
  std::size_t printed = 0;
  measure("print", lines.size(), [&] { printed = parser::running_config(configuration).size(); });
  std::printf("running-config: %zu octets\n", printed);
  sites(10000);
  return 0;
}
