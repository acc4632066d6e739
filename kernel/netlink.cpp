#include "kernel/netlink.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

namespace kernel {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;  // more than the kernel ever puts into one datagram of a dump
constexpr int news_per_turn = 64;

engine::Failure failure(std::string_view what, std::string_view why) {
  return {.cause = engine::Cause::install_failed, .why = std::string(what) + ": " + std::string(why)};
}

// What an error message (or a dump's end) says; error 0 and no words when it says that all is well.
Refusal refusal(const nlmsghdr* header) {
  const engine::ByteView payload(static_cast<const std::uint8_t*>(nlmsg_data(header)),
                                 static_cast<std::size_t>(nlmsg_datalen(header)));
  int error = 0;
  if (payload.size() >= sizeof error) std::memcpy(&error, payload.data(), sizeof error);
  if (error == 0) return {};
  std::string words = ::strerror(-error);
  if (header->nlmsg_flags & NLM_F_ACK_TLVS) {
    const std::size_t fixed = header->nlmsg_type == NLMSG_DONE ? sizeof error : sizeof(nlmsgerr);
    if (const auto text = find_attribute(payload, fixed, NLMSGERR_ATTR_MSG); text && !text->empty())
      words += " (" + std::string(reinterpret_cast<const char*>(text->data()), text->size() - 1) + ")";
  }
  return {-error, std::move(words)};
}

}  // namespace

void NetlinkMessage::Wipe::operator()(nl_msg* message) const {
  nlmsghdr* header = nlmsg_hdr(message);
  ::explicit_bzero(header, header->nlmsg_len);
  nlmsg_free(message);
}

NetlinkMessage::NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::size_t capacity)
    : message_(nlmsg_alloc_size(capacity)) {
  if (!message_) throw std::bad_alloc();
  nlmsghdr* header = nlmsg_hdr(message_.get());
  header->nlmsg_type = type;
  header->nlmsg_flags = flags;
}

void NetlinkMessage::append(engine::ByteView value) {
  if (nlmsg_append(message_.get(), const_cast<std::uint8_t*>(value.data()), value.size(), NLMSG_ALIGNTO) < 0) complete_ = false;
}

void NetlinkMessage::attribute(int type, engine::ByteView value) {
  if (nla_put(message_.get(), type, static_cast<int>(value.size()), value.data()) < 0) complete_ = false;
}

engine::ByteView NetlinkMessage::octets() const {
  const nlmsghdr* header = nlmsg_hdr(message_.get());
  return {reinterpret_cast<const std::uint8_t*>(header), header->nlmsg_len};
}

std::optional<engine::ByteView> find_attribute(engine::ByteView payload, std::size_t header, int type) {
  std::optional<engine::ByteView> found;
  for_each_attribute(payload, header, [&](int each, engine::ByteView value) {
    if (each == type && !found) found = value;
  });
  return found;
}

void for_each_attribute(engine::ByteView payload, std::size_t header, const std::function<void(int, engine::ByteView)>& each) {
  std::size_t at = NLMSG_ALIGN(header);
  while (at < payload.size() && payload.size() - at >= NLA_HDRLEN) {
    nlattr attribute;
    std::memcpy(&attribute, payload.data() + at, sizeof attribute);
    if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > payload.size() - at) return;
    each(attribute.nla_type & NLA_TYPE_MASK, payload.subspan(at + NLA_HDRLEN, attribute.nla_len - NLA_HDRLEN));
    at += NLA_ALIGN(attribute.nla_len);
  }
}

void NetlinkSocket::Close::operator()(nl_sock* socket) const { nl_socket_free(socket); }

NetlinkSocket::NetlinkSocket(nl_sock* socket) : socket_(socket), buffer_(buffer_size) {}

engine::Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  NetlinkSocket socket(nl_socket_alloc());
  if (!socket.socket_) return failure("netlink socket", ::strerror(ENOMEM));
  if (const int error = nl_connect(socket.socket_.get(), protocol); error < 0)
    return failure("netlink socket", nl_geterror(error));
  const int fd = socket.descriptor();
  const int on = 1;
  // Refusals in words, and without our own message (which may hold keys) sent back.
  ::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  constexpr int room = 8 << 20;
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  // The kernel answers before send returns; this only guards the daemon against one that does not.
  constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return socket;
}

int NetlinkSocket::descriptor() const { return nl_socket_get_fd(socket_.get()); }

engine::Status NetlinkSocket::request(NetlinkMessage& message, std::string_view what) {
  return query(message, what, [](const NetlinkReply&) {});
}

engine::Status NetlinkSocket::query(NetlinkMessage& message, std::string_view what, const Each& each) {
  if (!message.complete()) return failure(what, "message too long");
  if (const int sent = nl_send_auto(socket_.get(), message.raw()); sent < 0) return failure(what, nl_geterror(sent));
  const std::uint32_t sequence = nlmsg_hdr(message.raw())->nlmsg_seq;
  while (true) {
    const ssize_t got = ::recv(descriptor(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(what, ::strerror(errno));
    std::optional<engine::Status> outcome;
    int left = static_cast<int>(got);
    // The end of a dump may stand behind its last answers in the same datagram, and may carry an error.
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(header, left) && !outcome;
         header = nlmsg_next(header, &left)) {
      if (header->nlmsg_seq != sequence) continue;
      if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
        const std::string why = refusal(header).why;
        outcome = why.empty() ? engine::Status(engine::Done{}) : engine::Status(failure(what, why));
      } else {
        each({header->nlmsg_type,
              {static_cast<const std::uint8_t*>(nlmsg_data(header)), static_cast<std::size_t>(nlmsg_datalen(header))}});
      }
    }
    ::explicit_bzero(buffer_.data(), static_cast<std::size_t>(got));
    if (outcome) return *outcome;
  }
}

void NetlinkSocket::request_all(std::span<NetlinkMessage> messages,
                                const std::function<void(std::size_t, const Refusal&)>& refused) {
  std::vector<iovec> parts;
  std::vector<std::size_t> sent;
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!messages[i].complete()) {
      refused(i, {EMSGSIZE, "message too long"});
      continue;
    }
    nlmsghdr* header = nlmsg_hdr(messages[i].raw());
    header->nlmsg_pid = nl_socket_get_local_port(socket_.get());
    header->nlmsg_seq = nl_socket_use_seq(socket_.get());
    header->nlmsg_flags &= static_cast<std::uint16_t>(~NLM_F_ACK);
    if (sent.empty()) first = header->nlmsg_seq;
    parts.push_back({header, NLMSG_ALIGN(header->nlmsg_len)});
    sent.push_back(i);
  }
  if (sent.empty()) return;
  // Refusals are answered in any case; the last one's acknowledgement says that there are no more.
  nlmsg_hdr(messages[sent.back()].raw())->nlmsg_flags |= NLM_F_ACK;
  const auto refuse_from = [&](std::size_t from, int error) {
    for (std::size_t i = from; i < sent.size(); ++i) refused(sent[i], {error, ::strerror(error)});
  };
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const msghdr all{.msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = parts.data(), .msg_iovlen = parts.size()};
  if (::sendmsg(descriptor(), &all, 0) < 0) return refuse_from(0, errno);
  for (std::size_t answered = 0; answered < sent.size();) {
    const ssize_t got = ::recv(descriptor(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_from(answered, errno);
    int left = static_cast<int>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
      const std::size_t index = header->nlmsg_seq - first;
      if (index >= sent.size() || header->nlmsg_type != NLMSG_ERROR) continue;
      answered = index + 1;
      if (const Refusal said = refusal(header); said.error != 0) refused(sent[index], said);
    }
  }
}

engine::Status NetlinkSocket::subscribe(int group) {
  if (const int error = nl_socket_add_membership(socket_.get(), group); error < 0)
    return failure("netlink news", nl_geterror(error));
  if (const int error = nl_socket_set_nonblocking(socket_.get()); error < 0) return failure("netlink news", nl_geterror(error));
  return engine::Done{};
}

engine::Status NetlinkSocket::filter(std::span<const std::uint16_t> always, std::span<const std::uint16_t> of_others,
                                     const NetlinkSocket& own) {
  // The kernel's filters read in network order what netlink has in the host's.
  std::vector<sock_filter> program;
  const sock_filter take = BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF), leave = BPF_STMT(BPF_RET | BPF_K, 0);
  const auto take_types = [&](std::span<const std::uint16_t> types) {
    program.push_back(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)));
    for (const std::uint16_t type : types) {
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(type), 0, 1));
      program.push_back(take);
    }
  };
  take_types(always);
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(nl_socket_get_local_port(own.socket_.get())), 0, 1));
  program.push_back(leave);
  take_types(of_others);
  program.push_back(leave);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::setsockopt(descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0)
    return failure("netlink news", ::strerror(errno));
  return engine::Done{};
}

NetlinkSocket::News NetlinkSocket::read_news(const Each& each) {
  News news = News::drained;
  for (int i = 0; i < news_per_turn; ++i) {
    const ssize_t got = ::recv(descriptor(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == ENOBUFS) {
      news = News::lost;
      continue;
    }
    if (got <= 0) break;
    int left = static_cast<int>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); nlmsg_ok(header, left); header = nlmsg_next(header, &left))
      each({header->nlmsg_type,
            {static_cast<const std::uint8_t*>(nlmsg_data(header)), static_cast<std::size_t>(nlmsg_datalen(header))}});
    ::explicit_bzero(buffer_.data(), static_cast<std::size_t>(got));
  }
  return news;
}

}  // namespace kernel
