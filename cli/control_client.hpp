// The shell's end of the control socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/control_protocol.hpp"

namespace cli {

/// Blocks; one thread.
class ControlClient {
 public:
  /// Connects to the daemon of `state_directory`. Throws std::runtime_error with a reason fit for the user.
  explicit ControlClient(const std::string& state_directory);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  /// False when the daemon is gone.
  bool send(const Request& request);
  /// Several frames at once, as encode() made them.
  bool send(std::string_view frames);
  /// The next frame; nullopt when the daemon is gone or talks nonsense.
  std::optional<Reply> receive();
  /// As receive(), but only what has already arrived; an empty optional inside: nothing whole is there.
  std::optional<std::optional<Reply>> receive_ready();
  int fd() const { return fd_; }

 private:
  bool read_more(int flags);

  int fd_ = -1;
  FrameReader reader_{max_reply_octets};
};

}  // namespace cli
