#include "engine/room.hpp"

#include <algorithm>

#include "engine/turn.hpp"

namespace engine {

std::optional<std::string> over_negotiations(std::uint32_t begun, std::uint32_t limit, std::string_view direction) {
  if (limit == 0 || begun < limit) return std::nullopt;
  return std::to_string(begun) + " IKE SAs are in negotiation, and the limit is 'crypto ikev2 limit max-in-negotation-sa " +
         std::to_string(limit) + " " + std::string(direction) + "'";
}

std::optional<std::string> over_sas(const Core& core, std::uint32_t beyond) {
  const std::uint32_t most = core.book.config().limits.ike_sas;
  if (most == 0 || core.sas.all().size() < std::size_t{most} + beyond) return std::nullopt;
  return "there are " + std::to_string(core.sas.all().size()) + " IKE SAs, and the limit is 'crypto ikev2 limit max-sa " +
         std::to_string(most) + "'";
}

Status room_for(Turn& turn, const IkeSa& sa, const Identity& remote, const Identity& local, bool told) {
  const std::uint32_t most = turn.core.book.config().limits.ike_sas;
  if (most == 0 || turn.core.sas.established() < most) return Done{};
  std::vector<IkeSa*> old = turn.core.sas.of_identity(remote);
  std::erase_if(old, [&](const IkeSa* each) { return each->id == sa.id || each->established()->local != local; });
  if (old.empty())
    return Failure{NotifyType::no_additional_sas, Cause::rate_limited,
                   remote.to_string() + " is authenticated and has no IKE SA here yet; there are " +
                       std::to_string(turn.core.sas.established()) + ", and the limit is 'crypto ikev2 limit max-sa " +
                       std::to_string(most) + "'"};
  if (!told)
    for (IkeSa* each : old) give_place(turn, *each, "its peer has made another, and the limit is reached");
  return Done{};
}

void give_place(Turn& turn, IkeSa& old, const std::string& why) {
  Notice notice = notice_of(NoticeKind::ike_sa_down, old);
  notice.cause = Cause::replaced;
  notice.peer_id = old.established()->remote.to_string();
  notice.text = why;
  const bool counts = !old.established()->replaced && !old.established()->pending;
  exchange::informational::request_delete_ike(turn, old, Cause::replaced, NotifyType::none);
  if (counts) turn.emit(std::move(notice));
}

}  // namespace engine
