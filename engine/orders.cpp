#include "engine/orders.hpp"

#include <algorithm>

#include "engine/turn.hpp"

namespace engine {
namespace {

bool is_about(const radius::Order& order, const Established& up) {
  const Access& access = *up.access;
  const std::string user = up.user().empty() ? up.remote.to_string() : up.user();
  const bool framed = !order.framed || std::any_of(access.assigned.begin(), access.assigned.end(),
                                                   [&](const Prefix& each) { return each.address == *order.framed; });
  return framed && (order.session.empty() || order.session == access.session) && (order.user.empty() || order.user == user);
}

}  // namespace

void obey(Turn& turn, const Ordered& ordered) {
  const radius::Order& order = ordered.order;
  std::vector<IkeSaId> meant;
  for (const auto& [id, sa] : turn.core.sas.all())
    if (const Established* up = sa->established(); up && up->access && !up->access->ours && !up->replaced && is_about(order, *up))
      meant.push_back(id);
  for (const IkeSaId id : meant) {
    IkeSa* sa = turn.core.sas.find(id);
    if (order.disconnect)
      exchange::informational::request_delete_ike(turn, *sa, Cause::radius_disconnected, NotifyType::none);
    else
      sa->established()->access->until = turn.now + std::chrono::seconds(*order.session_seconds);
    turn.touch(id);
  }
  turn.emit(OrderDone{ordered.number, {static_cast<unsigned>(meant.size())}});
}

}  // namespace engine
