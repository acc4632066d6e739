// Whether there is room for one IKE SA more: `crypto ikev2 limit max-sa`, `max-in-negotation-sa`, `crypto call admission limit`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace engine {

struct Core;
struct Turn;
struct IkeSa;
struct Identity;

/// So many SAs beyond `max-sa` may be in negotiation: peers that come back from a restart while their old SA still counts.
inline constexpr std::uint32_t newcomers = 16;

/// What `limit` says against one more in negotiation that way, of which `begun` are; nullopt: nothing.
std::optional<std::string> over_negotiations(std::uint32_t begun, std::uint32_t limit, std::string_view direction);
/// What `max-sa` says against `beyond` more than so many; nullopt: nothing.
std::optional<std::string> over_sas(const Core& core, std::uint32_t beyond);
/// To be asked when the peer of `sa` is authenticated as `remote`: at the limit, it takes the place of its own older SAs, which
/// end, or there is no room for it. `told`: it has said itself that they are gone (INITIAL_CONTACT).
Status room_for(Turn& turn, const IkeSa& sa, const Identity& remote, const Identity& local, bool told);
/// `old` ends because its peer has another: a notice, a Delete in case somebody is there, and no attempt to have it back.
void give_place(Turn& turn, IkeSa& old, const std::string& why);

}  // namespace engine
