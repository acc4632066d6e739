#include "cli/tech_support.hpp"

#include <memory>
#include <utility>

#include "cli/session.hpp"
#include "parser/redact.hpp"

namespace cli {
namespace {

enum class Holds : std::uint8_t { no_secret, configuration };
struct Show {
  const char* command;
  Holds holds = Holds::no_secret;
};
constexpr Show shows[] = {
    {"show clock"},
    {"show version"},
    {"show inventory"},
    {"show running-config", Holds::configuration},
    {"show archive detail"},
    {"show archive log config all", Holds::configuration},
    {"show ip interface brief"},
    {"show interfaces"},
    {"show ip route"},
    {"show access-lists"},
    {"show crypto status all"},
    {"show crypto map"},
    {"show crypto ikev2 proposal"},
    {"show crypto ikev2 policy"},
    {"show crypto ikev2 profile"},
    {"show crypto ipsec transform-set"},
    {"show crypto ipsec profile"},
    {"show crypto ipsec security-association"},
    {"show crypto ikev2 sa detailed"},
    {"show crypto session detail"},
    {"show crypto ipsec sa detail"},
    {"show crypto ikev2 stats"},
    {"show crypto ikev2 stats exchange"},
    {"show crypto engine connections active"},
    {"show crypto packet-drop"},
    {"show crypto ikev2 diagnose"},
    {"show crypto ikev2 ladder"},
    {"show crypto ikev2 sa history"},
    {"show monitor capture crypto"},
    {"show monitor replay"},
    {"show processes cpu"},
    {"show memory statistics"},
    {"show debugging"},
    {"show logging"},
};

std::vector<std::string> lines_of(std::string_view text, Holds holds) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    out.push_back(holds == Holds::configuration ? parser::without_key_lengths(line) : std::string(line));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

/// Lives as long as its session has something to answer.
class Gatherer : public std::enable_shared_from_this<Gatherer> {
 public:
  Gatherer(Backend& backend, std::function<void(TechSupport)> then) : then_(std::move(then)), backend_(backend) {}

  void begin() {
    SessionOptions options;
    options.privileged = true;
    options.user = options.line = "tech-support";
    session_ =
        std::make_shared<Session>(backend_, options, [self = shared_from_this()](const Reply& reply) { self->take(reply); });
    next();
  }

 private:
  void next() {
    const auto session = session_;  // the last answer of all ends it, from within
    session->handle({RequestKind::line, 0, Interaction::batch, shows[at_].command});
  }
  void take(const Reply& reply) {
    if (reply.kind != ReplyKind::done) {
      text_ += reply.text;
      return;
    }
    out_.sections.push_back({shows[at_].command, lines_of(std::exchange(text_, {}), shows[at_].holds)});
    if (++at_ < std::size(shows)) return next();
    const auto self = shared_from_this();
    session_.reset();
    then_(std::move(out_));
  }

  std::function<void(TechSupport)> then_;
  Backend& backend_;
  std::shared_ptr<Session> session_;
  std::size_t at_ = 0;
  std::string text_;
  TechSupport out_;
};

}  // namespace

void gather_support(Backend& backend, std::function<void(TechSupport)> then) {
  std::make_shared<Gatherer>(backend, std::move(then))->begin();
}

std::string show_tech_support(const TechSupport& support) {
  std::string out;
  for (const SupportSection& section : support.sections) {
    out += "\n------------------ " + section.command + " ------------------\n\n";
    for (const std::string& line : section.lines) out += line + "\n";
  }
  return out;
}

}  // namespace cli
