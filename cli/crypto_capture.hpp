// `monitor capture crypto NAME`: IKE and ESP as they travel, and the keys of SAs made meanwhile. One at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/key_tables.hpp"
#include "engine/result.hpp"
#include "kernel/packet_capture.hpp"

namespace cli {

/// What an export takes with it, beside the loop.
struct CaptureContents {
  std::vector<kernel::CapturedPacket> packets;
  CapturedKeys keys;
};
/// `show monitor capture crypto`
struct CaptureState {
  std::string name;  // empty: there is none
  bool active = false;
  std::uint64_t packets = 0, octets = 0, ike_sas = 0, esp_sas = 0;
};

class CryptoCapture {
 public:
  /// Packets and keys count by what they hold; a capture that is full ends.
  static constexpr std::size_t max_octets = 10 << 20;

  /// `listen` begins to take packets (true) or ends it; `log` gets what the operator is told of by messages.
  CryptoCapture(std::function<engine::Status(bool on)> listen, std::function<void(unsigned severity, std::string)> log)
      : listen_(std::move(listen)), log_(std::move(log)) {}

  /// What was captured before under this name is forgotten. Failure::why is a "% ..." line, as everywhere below.
  engine::Status start(const std::string& name);
  engine::Status stop(const std::string& name);
  engine::Status remove(const std::string& name);
  engine::Result<CaptureContents> contents(const std::string& name) const;
  CaptureState state() const;
  bool active() const { return active_; }

  // Ignored while no capture is on.
  void take(kernel::CapturedPacket packet);
  void take(engine::ExportKeys keys);
  void take(const engine::AddInbound& sa) { take(sa.facts.remote, sa.facts.local, sa.sa); }
  void take(const engine::AddOutbound& sa) { take(sa.facts.local, sa.facts.remote, sa.sa); }

 private:
  void take(const engine::SocketAddress& source, const engine::SocketAddress& destination, const engine::SaParameters& sa);
  engine::Status known(const std::string& name) const;
  void count(std::size_t octets);
  void end(const std::string& why);

  std::function<engine::Status(bool)> listen_;
  std::function<void(unsigned, std::string)> log_;
  std::string name_;
  bool active_ = false;
  std::size_t octets_ = 0;
  std::vector<kernel::CapturedPacket> packets_;
  CapturedKeys keys_;
};

/// Writes FILE, and the folder FILE.keys with Wireshark's tables: to Wireshark a folder of configuration. All for the owner
/// alone. `file` is named as in cli/text_file.hpp.
engine::Status write_capture(const CaptureContents& contents, const std::string& file, const std::string& flash);

std::string show_capture(const CaptureState& state);
template <class V>
void fields(V& v, const CaptureState& state) {
  v("name", state.name, "Name of the capture, empty: there is none");
  v("active", state.active, "It goes on");
  v("packets", state.packets, "Packets captured");
  v("octets", state.octets, "What they and the keys take in memory");
  v("ike_sas", state.ike_sas, "IKE SAs made since it began");
  v("esp_sas", state.esp_sas, "Directions of Child SAs made since it began");
}

}  // namespace cli
