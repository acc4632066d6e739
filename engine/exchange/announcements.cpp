#include "engine/exchange/announcements.hpp"

#include "engine/turn.hpp"

namespace engine::exchange {
namespace {}  // namespace

void announce_in_init(const IkeSa& sa, wire::Payloads& out) {
  if (sa.role == Role::initiator || sa.abilities.fragments) out.push_back(wire::notify(NotifyType::fragmentation_supported));
}

void learn_of_init(IkeSa& sa, const wire::Payloads& payloads) {
  sa.abilities.fragments = wire::find_notify(payloads, NotifyType::fragmentation_supported) != nullptr;
}

void announce_in_auth(const Turn& turn, wire::Payloads& out) {
  const std::uint32_t window = turn.core.book.config().window;
  if (window <= 1) return;
  Writer size;
  size.u32(window);
  out.push_back(wire::notify(NotifyType::set_window_size, size.take()));
}

void learn_of_auth(const Turn& turn, IkeSa& sa, const wire::Payloads& payloads) {
  sa.theirs.window = std::clamp(turn.core.book.config().window, 1u, max_window);
  const auto* announced = wire::find_notify(payloads, NotifyType::set_window_size);
  Reader reader(announced ? ByteView(announced->data) : ByteView());
  if (const auto size = reader.u32(); size && *size > 0) sa.own.window = std::min(*size, max_window);
}

}  // namespace engine::exchange
