// Which data plane carries the traffic, and what belongs to having one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/result.hpp"
#include "kernel/data_plane.hpp"
#include "kernel/device_map.hpp"
#include "kernel/loop.hpp"
#include "kernel/udp.hpp"

namespace cli {

enum class PlaneChoice : std::uint8_t { automatic, xfrm, tun };

/// A choice made: the kind, and why in words for the operator.
struct ChosenPlane {
  PlaneChoice kind = PlaneChoice::tun;  // never automatic
  std::string why;
};
/// `automatic` takes the kernel's own ESP where there is one. Asking for xfrm where there is none fails.
engine::Result<ChosenPlane> choose_plane(PlaneChoice wish);

struct Plane {
  std::unique_ptr<kernel::DataPlane> plane;
  std::function<void(const kernel::DeviceMap&)> set_devices;  // the interfaces stand on other devices now
  std::function<void()> settle;                               // the start-up configuration has been applied
  std::function<void()> close;                                // then drop `plane`: nothing of ours stays in the kernel
};
/// Told what a plane could not put in force after all that set_policy() had taken.
using PolicyRefused = std::function<void(const std::string& interface, const std::string& why)>;
/// Opens it in the network namespace of the calling thread and, where it takes ESP out of UDP itself, connects it to
/// `udp`. Everything handed in must outlive it.
engine::Result<Plane> open_plane(const ChosenPlane& choice, kernel::Loop& loop, kernel::Udp& udp,
                                 const kernel::DeviceMap& devices, kernel::PlaneEvents events, PolicyRefused refused);

/// Who opens ESP in UDP with this plane.
kernel::UdpEsp udp_esp_of(const ChosenPlane& choice);

}  // namespace cli
