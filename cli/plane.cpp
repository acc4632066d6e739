#include "cli/plane.hpp"

#include <sys/epoll.h>

#include "kernel/esp_tun.hpp"
#include "kernel/xfrm.hpp"

namespace cli {
namespace {

engine::Result<Plane> open_xfrm(kernel::Loop& loop, const kernel::DeviceMap& devices, kernel::PlaneEvents events) {
  TRY(auto opened, kernel::XfrmPlane::open(loop, devices, std::move(events)));
  auto* plane = opened.get();
  return Plane{std::move(opened), [plane](const kernel::DeviceMap& map) { plane->set_devices(map); },
               [plane] { plane->settle(); }, [plane] { plane->close(); }};
}

engine::Result<Plane> open_tun(kernel::Loop& loop, kernel::Udp& udp, const kernel::DeviceMap& devices, kernel::PlaneEvents events,
                               PolicyRefused refused) {
  kernel::TunPlane::Options options;
  options.devices = devices;
  options.refused = std::move(refused);
  TRY(auto opened, kernel::TunPlane::create(std::move(options), std::move(events)));
  auto* plane = opened.get();
  udp.set_esp_sink(plane);
  loop.watch(plane->event_fd(), EPOLLIN, [plane](std::uint32_t) { plane->dispatch(); });
  // Its destructor does the rest.
  const auto close = [plane, &loop, &udp] {
    loop.forget(plane->event_fd());
    udp.set_esp_sink(nullptr);
  };
  return Plane{std::move(opened), [plane](const kernel::DeviceMap& map) { plane->set_devices(map); },
               [plane] { plane->settle(); }, close};
}

}  // namespace

engine::Result<ChosenPlane> choose_plane(PlaneChoice wish) {
  if (wish == PlaneChoice::tun) return ChosenPlane{PlaneChoice::tun, "as asked for"};
  const auto support = kernel::probe_xfrm();
  if (support.usable) return ChosenPlane{PlaneChoice::xfrm, wish == PlaneChoice::xfrm ? "as asked for" : "the kernel has ESP"};
  if (wish == PlaneChoice::xfrm)
    return engine::Failure{engine::NotifyType::none, engine::Cause::internal_error,
                           "the kernel's ESP cannot be used: " + support.why};
  return ChosenPlane{PlaneChoice::tun, "the kernel's ESP cannot be used: " + support.why};
}

engine::Result<Plane> open_plane(const ChosenPlane& choice, kernel::Loop& loop, kernel::Udp& udp,
                                 const kernel::DeviceMap& devices, kernel::PlaneEvents events, PolicyRefused refused) {
  return choice.kind == PlaneChoice::xfrm ? open_xfrm(loop, devices, std::move(events))
                                          : open_tun(loop, udp, devices, std::move(events), std::move(refused));
}

kernel::UdpEsp udp_esp_of(const ChosenPlane& choice) {
  return choice.kind == PlaneChoice::xfrm ? kernel::UdpEsp::to_kernel : kernel::UdpEsp::to_sink;
}

}  // namespace cli
