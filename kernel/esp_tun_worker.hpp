// The tun plane's own thread: TUN packets out as ESP, ESP in to TUN. It alone owns the SAs and lines, so that no packet
// waits for a lock; the loop's thread posts commands to it and gets events back.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <variant>

#include "kernel/esp_receive.hpp"
#include "kernel/esp_tun_inbound.hpp"
#include "kernel/esp_tun_outbound.hpp"

namespace kernel {

class TunWorker {
 public:
  struct InstallInbound {
    std::unique_ptr<InboundSa> sa;
  };
  struct InstallOutbound {
    std::unique_ptr<OutboundSa> sa;
  };
  struct Remove {
    engine::ChildSaId child;
    engine::PolicyLineId line;
    std::uint32_t spi;
  };
  struct Move {
    engine::MoveChild move;
    engine::PolicyLineId line;
    std::uint32_t spi;
  };
  struct RemovePort {
    std::string interface;
  };
  /// ESP that came out of UDP on the loop's thread.
  struct UdpPacket {
    engine::IpAddress local;
    engine::SocketAddress remote;
    std::uint8_t traffic_class = 0;
    engine::Bytes esp;
  };
  using Command = std::variant<InstallInbound, InstallOutbound, Remove, Move, TunPort, RemovePort, UdpPacket>;

  /// Starts the thread, in the network namespace of the caller.
  static engine::Result<std::unique_ptr<TunWorker>> start(EspSockets sockets, std::shared_ptr<EventMailbox> mailbox);
  /// Stops it.
  ~TunWorker();
  TunWorker(const TunWorker&) = delete;

  /// Thread-safe. Commands take effect in order, before any packet that is handled after them. Packets are dropped when
  /// too many wait.
  void post(Command command);
  /// As post(), but the thread is woken for it only by flush(), for many at once: waking costs more than installing.
  void leave(Command command);
  void flush();
  /// ESP packets of no SA of ours.
  std::uint64_t unknown_spi() const { return inbound_.unknown_spi(); }

 private:
  TunWorker(EspSockets sockets, std::shared_ptr<EventMailbox> mailbox);
  engine::Status prepare();
  engine::Status watch(int fd);
  void run();
  void take_posted();
  void apply(InstallInbound& command) { sas_.add(std::move(command.sa)); }
  void apply(InstallOutbound& command);
  void apply(Remove& command) { sas_.remove(command.child, command.line, command.spi); }
  void apply(Move& command) { sas_.move(command.move, command.line, command.spi); }
  void apply(TunPort& command);
  void apply(RemovePort& command);
  void apply(UdpPacket& command);
  TunPort* port_of(const InboundSa& sa);

  bool read_esp(int fd);
  void read_tun(int fd);

  EspSockets sockets_;
  std::shared_ptr<EventMailbox> mailbox_;
  int epoll_ = -1, wake_ = -1;
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;  // guards posted_ and rung_
  std::vector<Command> posted_;
  bool rung_ = false;  // and not yet taken
  std::atomic<bool> any_posted_{false};

  // The thread's own.
  SaTable sas_;
  std::map<std::string, TunPort, std::less<>> ports_;
  TunOutbound outbound_;
  TunInbound inbound_;
  EspReceiver receiver_;
  engine::Bytes frame_;
  PlaneTime now_{};
  std::thread thread_;
};

}  // namespace kernel
