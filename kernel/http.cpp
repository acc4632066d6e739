#include "kernel/http.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>

#include "kernel/host.hpp"

namespace kernel::http {
namespace {

constexpr std::size_t max_head_octets = 16384;

engine::Failure failed(std::string why) { return {engine::NotifyType::none, engine::Cause::revocation_unknown, std::move(why)}; }

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::size_t> number_in(std::string_view text, int base) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  if (end != text.data() + text.size() && *end != ';' && *end != ' ') return std::nullopt;
  return out;
}

struct Head {
  unsigned status = 0;
  std::optional<std::size_t> length;
  bool chunked = false;
};

/// Of the lines in front of the body, the last of which ends without CRLF.
std::optional<Head> parse_head(std::string_view text) {
  if (text.substr(0, 7) != "HTTP/1." || text.size() < 12) return std::nullopt;
  const auto status = number_in(text.substr(9, 3), 10);
  if (!status) return std::nullopt;
  Head out;
  out.status = static_cast<unsigned>(*status);
  for (std::size_t at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n", at + 2)) {
    const std::string_view line = text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (same_word(name, "transfer-encoding")) out.chunked = same_word(value, "chunked");
    if (!same_word(name, "content-length")) continue;
    out.length = number_in(value, 10);
    if (!out.length) return std::nullopt;
  }
  return out;
}

/// nullopt: more is to come.
std::optional<engine::Result<engine::Bytes>> dechunked(std::string_view text, std::size_t max_octets) {
  engine::Bytes out;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string_view::npos)
      return text.size() - at > 64 ? std::optional(engine::Result<engine::Bytes>(failed("a chunk without a size")))
                                   : std::nullopt;
    const auto size = number_in(text.substr(at, end - at), 16);
    if (!size) return failed("a chunk without a size");
    if (*size == 0) return out;
    if (*size > max_octets - out.size()) return failed("the answer is larger than " + std::to_string(max_octets) + " octets");
    if (text.size() - end - 2 < *size + 2) return std::nullopt;
    out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(end + 2),
               text.begin() + static_cast<std::ptrdiff_t>(end + 2 + *size));
    at = end + 2 + *size + 2;
  }
}

/// A socket that is closed with it.
class Connection {
 public:
  explicit Connection(engine::Time until) : until_(until) {}
  ~Connection() { hang_up(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool open(const addrinfo& to) {
    hang_up();
    fd_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return false;
    if (::connect(fd_, to.ai_addr, to.ai_addrlen) == 0) return true;
    int error = errno;
    socklen_t length = sizeof error;
    if (error != EINPROGRESS || !ready(POLLOUT)) return false;
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0) return true;
    errno = error;
    return false;
  }
  bool send(engine::ByteView octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (sent > 0) octets = octets.subspan(static_cast<std::size_t>(sent));
      if (sent < 0 && !ready(POLLOUT)) return false;
    }
    return true;
  }
  /// Octets appended; 0: the other end has closed; -1: failed, or time is over.
  ssize_t receive(engine::Bytes& to) {
    std::array<std::uint8_t, 16384> piece;
    while (true) {
      const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
      if (got > 0) to.insert(to.end(), piece.data(), piece.data() + got);
      if (got >= 0) return got;
      if (errno != EAGAIN && errno != EINTR) return -1;
      if (!ready(POLLIN)) return -1;
    }
  }

 private:
  void hang_up() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  bool ready(short events) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - monotonic_now()).count();
    pollfd one{fd_, events, 0};
    if (left > 0 && ::poll(&one, 1, static_cast<int>(left)) > 0) return true;
    errno = ETIMEDOUT;
    return false;
  }

  const engine::Time until_;
  int fd_ = -1;
};

std::string head_of(const Request& request, const Url& url) {
  std::string out = (request.body.empty() ? "GET " : "POST ") + url.path + " HTTP/1.1\r\nHost: " + url.authority +
                    "\r\nUser-Agent: Sallyport\r\nAccept: */*\r\nConnection: close\r\n";
  if (!request.body.empty())
    out += "Content-Type: " + request.content_type + "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out + "\r\n";
}

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (text.size() > 1024 || !same_word(text.substr(0, scheme.size()), scheme)) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; })) return std::nullopt;
  text.remove_prefix(scheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  Url out;
  out.authority = std::string(text.substr(0, slash));
  out.path = slash == text.size() ? "/" : std::string(text.substr(slash, text.find('#') - slash));
  std::string_view host = out.authority, port;
  if (host.find('@') != std::string_view::npos) return std::nullopt;
  const std::size_t bracket = host.rfind(']'), colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (!host.empty() && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  out.host = std::string(host);
  if (port.empty()) return out;
  const auto number = number_in(port, 10);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  out.port = static_cast<std::uint16_t>(*number);
  return out;
}

std::optional<engine::Result<engine::Bytes>> parse_response(engine::ByteView octets, bool closed, std::size_t max_octets) {
  using Answer = std::optional<engine::Result<engine::Bytes>>;
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  const std::size_t end = text.substr(0, max_head_octets).find("\r\n\r\n");
  const auto unless_closed = [&](const char* why) { return closed ? Answer(failed(why)) : std::nullopt; };
  if (end == std::string_view::npos)
    return text.size() >= max_head_octets ? Answer(failed("the answer is no HTTP")) : unless_closed("the answer ends too early");
  const auto head = parse_head(text.substr(0, end));
  if (!head) return failed("the answer is no HTTP");
  if (head->status != 200) return failed("the server answers " + std::to_string(head->status));
  const std::string_view body = text.substr(end + 4);
  if (head->chunked) {
    auto whole = dechunked(body, max_octets);
    return whole ? std::move(whole) : unless_closed("the answer ends too early");
  }
  if (head->length.value_or(body.size()) > max_octets)
    return failed("the answer is larger than " + std::to_string(max_octets) + " octets");
  if (head->length && body.size() >= *head->length)
    return engine::Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(*head->length));
  if (head->length) return unless_closed("the answer ends too early");
  return closed ? Answer(engine::Bytes(body.begin(), body.end())) : std::nullopt;
}

engine::Result<engine::Bytes> fetch(const Request& request) {
  const auto url = parse_url(request.url);
  if (!url) return failed("that is no URL of HTTP");
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  const int unresolved = ::getaddrinfo(url->host.c_str(), std::to_string(url->port).c_str(), &wanted, &found);
  if (unresolved != 0) return failed(unresolved == EAI_SYSTEM ? reason() : ::gai_strerror(unresolved));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  Connection connection(monotonic_now() + request.patience);
  bool open = false;
  for (const addrinfo* each = found; each && !open; each = each->ai_next) open = connection.open(*each);
  const std::string head = head_of(request, *url);
  if (!open || !connection.send(engine::as_bytes(head)) || !connection.send(request.body)) return failed(reason());
  engine::Bytes answer;
  while (true) {
    const ssize_t got = connection.receive(answer);
    if (got < 0) return failed(reason());
    if (auto whole = parse_response(answer, got == 0, request.max_octets)) return std::move(*whole);
    if (answer.size() > max_head_octets + 2 * request.max_octets) return failed("the answer is too large");
  }
}

}  // namespace kernel::http
