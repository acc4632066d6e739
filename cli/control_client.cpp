#include "cli/control_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace cli {

ControlClient::ControlClient(const std::string& state_directory) {
  const std::string path = state_directory + "/control";
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) throw std::runtime_error("the path of the control socket is too long: " + path);
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ >= 0 && ::connect(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) return;
  const std::string why = std::strerror(errno);
  if (fd_ >= 0) ::close(fd_);
  throw std::runtime_error("no sallyportd answers at " + path + ": " + why);
}

ControlClient::~ControlClient() { ::close(fd_); }

bool ControlClient::send(const Request& request) { return send(encode(request)); }

bool ControlClient::send(std::string_view octets) {
  for (std::size_t sent = 0; sent < octets.size();) {
    const ssize_t put = ::send(fd_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    sent += static_cast<std::size_t>(put);
  }
  return true;
}

bool ControlClient::read_more(int flags) {
  std::array<char, 65536> buffer;
  ssize_t got;
  do got = ::recv(fd_, buffer.data(), buffer.size(), flags);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  return true;
}

std::optional<Reply> ControlClient::receive() {
  while (true) {
    if (const auto frame = reader_.next()) return parse_reply(*frame);
    if (reader_.broken() || !read_more(0)) return std::nullopt;
  }
}

std::optional<std::optional<Reply>> ControlClient::receive_ready() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (const auto frame = reader_.next()) {
      auto reply = parse_reply(*frame);
      if (!reply) return std::nullopt;
      return reply;
    }
    if (reader_.broken()) return std::nullopt;
    if (attempt == 0 && !read_more(MSG_DONTWAIT)) return std::nullopt;
  }
  return std::optional<Reply>{};
}

}  // namespace cli
