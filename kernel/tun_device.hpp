// A TUN network device of ours: it lives as long as this object, and goes with the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace kernel {

class TunDevice {
 public:
  /// Whether datagrams in one piece are wanted where the kernel has them (USO, Linux 6.2), or none.
  enum class Datagrams : std::uint8_t { probe, single };

  /// `name` may hold one %d, then the kernel picks the number. The device is up, has `mtu`, accepts
  /// packets from any source (rp_filter 2) and has no address that could ever be used, so that the main routing tables
  /// get no entry.
  static engine::Result<TunDevice> create(std::string_view name, unsigned mtu, Datagrams datagrams = Datagrams::probe);
  /// Without carrier, addresses and MTU of its own, and down; one of that name that an earlier process left is taken over
  /// as it is. Whose device it is and what it has is a matter of kernel/tunnel_links.hpp.
  static engine::Result<TunDevice> create_bare(std::string_view name);
  TunDevice(TunDevice&& other) noexcept;
  TunDevice& operator=(TunDevice&&) = delete;
  ~TunDevice();

  /// Non-blocking; a read or write is one IP packet behind a VnetHeader (kernel/vnet_header.hpp). TCP super-packets may be
  /// read and written, their checksums not yet filled in; datagrams in one piece only where udp_offload() says so.
  int fd() const { return fd_; }
  bool udp_offload() const { return udp_offload_; }
  /// Of the device of that name; 0: there is none.
  static unsigned mtu_of(const std::string& name);
  /// Only of one that create() made.
  void set_mtu(unsigned mtu);
  /// Somebody deleted it: nothing comes of fd() any more.
  bool is_gone() const;
  /// Sets it up again after somebody set it down.
  engine::Status bring_up() const;
  /// What the line protocol is: nothing is sent into a device without carrier.
  void set_carrier(bool on) const;
  /// Whether the device stays when the process dies, without carrier, so that routes into it stay too and lead nowhere.
  void set_lasting(bool on) const;
  const std::string& name() const { return name_; }
  unsigned ifindex() const { return ifindex_; }

 private:
  TunDevice() = default;
  static engine::Result<TunDevice> attach(std::string_view name, Datagrams datagrams);
  int fd_ = -1;
  bool udp_offload_ = false;
  unsigned mtu_ = 0;
  std::string name_;
  unsigned ifindex_ = 0;
};

}  // namespace kernel
