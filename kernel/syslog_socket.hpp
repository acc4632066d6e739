// Messages to syslog servers over UDP (RFC 5426): sent and forgotten.
#pragma once

#include <string>

#include "engine/address.hpp"

namespace kernel {

class SyslogSocket {
 public:
  SyslogSocket() = default;
  ~SyslogSocket();
  SyslogSocket(const SyslogSocket&) = delete;
  SyslogSocket& operator=(const SyslogSocket&) = delete;

  /// Never waits. False: it could not be sent.
  bool send(const engine::SocketAddress& server, const std::string& message);

 private:
  int v4_ = -1, v6_ = -1;
};

}  // namespace kernel
