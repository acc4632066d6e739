#include "cli/sa_history.hpp"

#include <ctime>
#include <utility>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

struct Told {
  engine::NoticeKind notice;
  bool ipsec;
  const char* event;
};
constexpr Told told[] = {
    {engine::NoticeKind::ike_sa_up, false, "up"},
    {engine::NoticeKind::ike_sa_rekeyed, false, "rekeyed"},
    {engine::NoticeKind::ike_sa_moved, false, "moved"},
    {engine::NoticeKind::ike_sa_down, false, "down"},
    {engine::NoticeKind::child_sa_up, true, "up"},
    {engine::NoticeKind::child_sa_rekeyed, true, "rekeyed"},
    {engine::NoticeKind::child_sa_retired, true, "retired"},
    {engine::NoticeKind::child_sa_down, true, "down"},
};

std::string time_text(std::int64_t unix_milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(unix_milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return {text, size};
}

}  // namespace

void SaHistory::note(engine::Time now, std::int64_t unix_milliseconds, const engine::Notice& notice,
                     const std::string& identity) {
  for (const Told& kind : told) {
    if (kind.notice != notice.kind) continue;
    if (!due_) due_ = now + pause;
    if (waiting_.size() >= most_waiting) {
      ++left_out_;
      return;
    }
    const std::string cause(notice.cause == engine::Cause::none ? "" : engine::text_of(notice.cause).name);
    waiting_.push_back({unix_milliseconds, kind.ipsec, kind.ipsec ? notice.child.value : notice.sa.value,
                        notice.remote.ip.to_string(), identity, kind.event, cause, notice.text});
  }
}

std::vector<parser::SaEvent> SaHistory::take() {
  due_.reset();
  auto out = std::exchange(waiting_, {});
  if (const std::size_t left_out = std::exchange(left_out_, 0); left_out != 0 && !out.empty())
    out.push_back({out.back().unix_milliseconds, false, 0, "", "", "left-out", "", std::to_string(left_out) + " events"});
  return out;
}

std::string show_sa_history(const SaEvents& history) {
  std::string out = "Time (UTC)           SA     Id      Peer              Event    Cause\n";
  for (const parser::SaEvent& each : history.events) {
    std::string line = time_text(each.unix_milliseconds) + "  " + padded(each.ipsec ? "IPsec" : "IKE", 7) +
                       padded(std::to_string(each.sa), 8) + padded(each.peer, 17) + " " + padded(each.event, 9) + each.cause;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    const std::string beside = each.text == each.identity ? "" : each.text;
    if (!each.identity.empty() || !beside.empty())
      out += std::string(21, ' ') + escaped(each.identity) + (each.identity.empty() || beside.empty() ? "" : ": ") +
             escaped(beside) + "\n";
  }
  return out;
}

}  // namespace cli
