// The exposition against the rules of OpenMetrics 1.0, read by a small parser that knows nothing of how it was written.
#include "cli/open_metrics.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "cli/metrics_server.hpp"
#include "facts.hpp"
#include "golden.hpp"
#include "tests/temporary_folder.hpp"

using namespace std::chrono_literals;

namespace {

bool is_name(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// NAME{LABEL="VALUE",...} NUMBER
std::optional<Sample> sample(const std::string& line) {
  Sample out;
  std::size_t at = line.find_first_of("{ ");
  if (at == std::string::npos) return std::nullopt;
  out.name = line.substr(0, at);
  if (!is_name(out.name)) return std::nullopt;
  if (line[at] == '{') {
    do {
      const std::size_t equals = line.find("=\"", ++at);
      if (equals == std::string::npos) return std::nullopt;
      const std::string name = line.substr(at, equals - at);
      std::string value;
      for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] == '\\' && ++at == line.size()) return std::nullopt;
        value += line[at];
      }
      if (!is_name(name) || !out.labels.emplace(name, value).second || ++at >= line.size()) return std::nullopt;
    } while (line[at] == ',');
    if (line[at] != '}' || ++at >= line.size()) return std::nullopt;
  }
  std::size_t used = 0;
  const std::string number = line.substr(at + 1);
  if (line[at] != ' ' || number.empty()) return std::nullopt;
  out.value = std::stod(number, &used);
  return used == number.size() ? std::optional(out) : std::nullopt;
}

/// Every sample; what breaks a rule fails the test.
std::vector<Sample> parsed(const std::string& text) {
  std::vector<Sample> out;
  std::set<std::string> families, seen;
  std::string family, type;
  bool ended = false;
  std::istringstream lines(text);
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(ended) << "behind the end: " << line;
    if (line == "# EOF") {
      ended = true;
      continue;
    }
    std::istringstream words(line);
    std::string mark, what, name, rest;
    if (line.starts_with("# ")) {
      words >> mark >> what >> name;
      std::getline(words, rest);
      if (what == "TYPE") {
        EXPECT_TRUE(families.insert(name).second) << "twice: " << name;
        family = name;
        type = rest.substr(1);
        EXPECT_TRUE(type == "gauge" || type == "counter" || type == "histogram") << line;
      } else {
        EXPECT_TRUE(what == "HELP" || what == "UNIT") << line;
        if (what == "UNIT") {
          EXPECT_TRUE(name.ends_with("_" + rest.substr(1))) << line;
        }
      }
      EXPECT_EQ(name, family) << line;
      continue;
    }
    const auto found = sample(line);
    if (!found) {
      ADD_FAILURE() << "no sample: " << line;
      continue;
    }
    const std::string suffix = found->name.starts_with(family) ? found->name.substr(family.size()) : "another family's";
    const std::set<std::string> allowed = type == "gauge"     ? std::set<std::string>{""}
                                          : type == "counter" ? std::set<std::string>{"_total"}
                                                              : std::set<std::string>{"_bucket", "_count", "_sum"};
    EXPECT_TRUE(allowed.contains(suffix)) << line;
    EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
    if (type == "counter") {
      EXPECT_GE(found->value, 0) << line;
    }
    out.push_back(*found);
  }
  EXPECT_TRUE(ended);
  return out;
}

double value_of(const std::vector<Sample>& samples, const std::string& name, const std::string& label = {},
                const std::string& value = {}) {
  for (const Sample& each : samples)
    if (each.name == name && (label.empty() || (each.labels.contains(label) && each.labels.at(label) == value)))
      return each.value;
  ADD_FAILURE() << "there is no " << name << " " << value;
  return -1;
}

cli::SystemFacts router() { return {"R1", "6.1.0", "x86_64", 2028465, 3, 27h}; }

}  // namespace

TEST(OpenMetrics, FollowTheFormat) {
  cli::ShowFacts facts = busy_gateway();
  facts.ike_totals.failures[static_cast<std::size_t>(engine::Cause::proposal_mismatch)] = 3;
  facts.ike_totals.setups.add(8ms);
  facts.ike_totals.setups.add(300ms);
  facts.ike_totals.setups.add(90s);
  cli::TrafficTotals().add_now(facts, facts.view);
  const std::string text = cli::open_metrics(facts, router());
  const auto samples = parsed(text);
  EXPECT_EQ(value_of(samples, "sallyport_failures_total", "cause", "proposal-mismatch"), 3);
  EXPECT_EQ(value_of(samples, "sallyport_failures_total", "cause", "authentication-failed"), 0) << "none is left out";
  EXPECT_EQ(value_of(samples, "sallyport_setup_seconds_bucket", "le", "0.01"), 1);
  EXPECT_EQ(value_of(samples, "sallyport_setup_seconds_bucket", "le", "0.5"), 2);
  EXPECT_EQ(value_of(samples, "sallyport_setup_seconds_bucket", "le", "+Inf"), 3);
  EXPECT_EQ(value_of(samples, "sallyport_setup_seconds_count"), 3);
  EXPECT_DOUBLE_EQ(value_of(samples, "sallyport_setup_seconds_sum"), 90.308);
  double up = 0, tunnels = 0;
  for (const Sample& each : samples)
    if (each.name == "sallyport_tunnel_up") ++tunnels, up += each.value;
  const cli::GatewayStatus status = cli::gateway_status(facts, router());
  EXPECT_EQ(tunnels, static_cast<double>(status.up + status.down));
  EXPECT_EQ(up, static_cast<double>(status.up));
  expect_golden("open-metrics", text);
}

TEST(OpenMetrics, TheDashboardAsksForWhatThereIs) {
  const std::string text = cli::open_metrics(busy_gateway(), router());
  std::ifstream in(SOURCE_DIR "/samples/monitoring/grafana-dashboard.json");
  const std::string dashboard{std::istreambuf_iterator<char>(in), {}};
  std::size_t asked = 0;
  for (std::size_t at = dashboard.find("sallyport_"); at != std::string::npos;
       at = dashboard.find("sallyport_", at + 1), ++asked) {
    const std::size_t end = dashboard.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
    const std::string name = dashboard.substr(at, end - at);
    EXPECT_TRUE(text.find("\n" + name + " ") != std::string::npos || text.find("\n" + name + "{") != std::string::npos) << name;
  }
  EXPECT_GT(asked, 8U);
}

/// As health checks do that are made of nc.
TEST(OpenMetrics, WhoHasSaidEverythingIsStillAnswered) {
  const TemporaryFolder folder;
  kernel::Loop loop;
  std::function<void(std::string)> answer;
  const auto server = cli::MetricsServer::open(loop, 0, folder.path("metrics"), [&](auto then) { answer = std::move(then); });
  ASSERT_TRUE(server.ok()) << server.failure().why;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  folder.path("metrics").copy(name.sun_path, sizeof name.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  const std::string request = "GET /metrics HTTP/1.1\r\n\r\n";
  ASSERT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  ::shutdown(fd, SHUT_WR);
  for (int i = 0; i < 20; ++i) loop.turn(std::chrono::milliseconds(1));
  ASSERT_TRUE(answer);
  answer("sallyport 1\n");
  std::string got;
  for (int i = 0; i < 20; ++i) {
    loop.turn(std::chrono::milliseconds(1));
    char buffer[512];
    if (const ssize_t octets = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT); octets > 0)
      got.append(buffer, static_cast<std::size_t>(octets));
  }
  ::close(fd);
  EXPECT_TRUE(got.ends_with("\r\n\r\nsallyport 1\n")) << got;
}

TEST(OpenMetrics, NamesCannotBreakOut) {
  cli::ShowFacts facts = busy_gateway();
  facts.view.lines[0].map = "a\"} 1\n# EOF\\";
  const auto samples = parsed(cli::open_metrics(facts, router()));
  EXPECT_FALSE(samples.empty());
}

TEST(OpenMetrics, CountersGoOnWhenAnSaIsReplaced) {
  cli::ShowFacts facts = busy_gateway();
  cli::TrafficTotals totals;
  const engine::ChildSaView child = facts.view.ike_sas[0].children.at(0);
  totals.child_added(child.id, child.line);
  const auto counters = facts.counters.at(child.id);
  const auto now = [&] {
    facts.traffic.clear();
    totals.add_now(facts, facts.view);
    return facts.traffic;
  };
  const auto before = now().at(child.line);
  EXPECT_EQ(before.in, counters.decaps_bytes);
  totals.child_removed(child.id, counters);
  totals.child_removed(child.id, counters);
  facts.view.ike_sas[0].children.clear();
  EXPECT_EQ(now().at(child.line).in, before.in) << "once, and not lost";
  totals.keep_only({});
  EXPECT_FALSE(now().contains(child.line)) << "of a line that is gone nothing is kept";
}
