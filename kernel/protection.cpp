#include "kernel/protection.hpp"

namespace kernel {

engine::Result<Sealer> Sealer::create(const engine::SaParameters& sa, const engine::IpAddress& local,
                                      const engine::IpAddress& remote) {
  if (engine::is_ah(sa.encryption)) {
    TRY(auto ah, AhOutbound::create(sa, local, remote));
    return Sealer(std::move(ah));
  }
  TRY(auto esp, EspOutbound::create(sa));
  return Sealer(std::move(esp));
}

engine::Result<Opener> make_opener(const engine::SaParameters& sa, std::uint32_t replay_window) {
  if (engine::is_ah(sa.encryption)) {
    TRY(auto ah, AhInbound::create(sa, replay_window));
    return Opener(std::move(ah));
  }
  TRY(auto esp, EspInbound::create(sa, replay_window));
  return Opener(std::move(esp));
}

}  // namespace kernel
