// Hears what RADIUS servers order unasked (RFC 5176), from those alone that are configured, and answers when it is done.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "engine/event.hpp"
#include "engine/radius/orders.hpp"
#include "kernel/loop.hpp"

namespace kernel {

class RadiusOrders {
 public:
  static constexpr std::size_t most_remembered = 64;  // answers, which are given again to who asks again

  using Clients = std::map<engine::IpAddress, std::shared_ptr<const engine::Secret>>;

  /// `take` gets each order that is one; `log` what was not.
  RadiusOrders(Loop& loop, std::function<void(engine::Ordered)> take, std::function<void(std::string)> log)
      : loop_(loop), take_(std::move(take)), log_(std::move(log)) {}
  ~RadiusOrders() { hang_up(); }
  RadiusOrders(const RadiusOrders&) = delete;
  RadiusOrders& operator=(const RadiusOrders&) = delete;

  /// Listens at this port of every address as long as there are clients. Fails where the port cannot be had.
  engine::Status set(std::uint16_t port, Clients clients);
  /// The engine's answer to an order that was taken.
  void answer(const engine::OrderDone& done);

 private:
  struct Asked {
    std::uint64_t number = 0;
    int fd = -1;
    engine::SocketAddress from;
    engine::Bytes request, response{};
  };
  void hang_up();
  engine::Status listen(engine::Family family);
  void receive(int fd);
  void reply(Asked& asked, unsigned error);

  Loop& loop_;
  std::function<void(engine::Ordered)> take_;
  std::function<void(std::string)> log_;
  std::uint16_t port_ = 0;
  Clients clients_;
  std::vector<int> sockets_;
  std::list<Asked> asked_;  // oldest first
  std::uint64_t last_ = 0;
};

}  // namespace kernel
