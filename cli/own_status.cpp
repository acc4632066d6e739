#include "cli/own_status.hpp"

#include <algorithm>

#include "engine/crypto/own_status.hpp"

namespace cli {
namespace {

constexpr engine::WallTime shortest_pause = 60, longest_pause = 3600;

}  // namespace

void OwnStatuses::look(const Trustpoints& trustpoints) {
  const engine::WallTime now = clock_();
  std::map<std::string, Known> present;
  for (const auto& each : trustpoints) {
    if (present.count(each->name) != 0) continue;
    const auto before = known_.find(each->name);
    const bool same = before != known_.end() && before->second.trustpoint->certificate == each->certificate &&
                      *before->second.trustpoint == *each;
    present[each->name] = same ? before->second : Known{each};
    present[each->name].trustpoint = each;
  }
  for (const auto& [name, old] : known_) {
    const auto still = present.find(name);
    const bool over = old.until != 0 && (still == present.end() || still->second.until == 0 || old.until < now);
    if (over) tell_({name, {}});
    if (over && still != present.end()) still->second.until = 0;
  }
  known_ = std::move(present);
  for (auto& [name, each] : known_)
    if (!each.asked && each.next <= now) ask(each);
}

void OwnStatuses::ask(Known& known) {
  known.next = clock_() + longest_pause;
  const auto question = engine::crypto::own_status_question(*known.trustpoint);
  if (!question) return;
  known.asked = true;
  kernel::http::Request request{question->url, question->body, "application/ocsp-request", engine::crypto::max_ocsp_octets};
  fetch_(std::move(request),
         [this, trustpoint = known.trustpoint](const kernel::Fetcher::Answer& answer) { answered(trustpoint, answer); });
}

void OwnStatuses::answered(const std::shared_ptr<const engine::Trustpoint>& trustpoint, const kernel::Fetcher::Answer& answer) {
  const auto hit = known_.find(trustpoint->name);
  if (hit == known_.end()) return;
  Known& known = hit->second;
  known.asked = false;
  const engine::WallTime now = clock_();
  const auto until = answer.ok() ? engine::crypto::good_until(*answer, *known.trustpoint, now) : std::nullopt;
  known.next = now + (until ? std::clamp((*until - now) / 2, shortest_pause, longest_pause) : shortest_pause);
  if (!until) return;
  known.until = *until;
  tell_({trustpoint->name, *answer});
}

}  // namespace cli
