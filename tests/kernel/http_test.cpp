#include "kernel/http.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace kernel::http {
namespace {

using namespace std::chrono_literals;

engine::Bytes octets(std::string_view text) { return engine::to_bytes(engine::as_bytes(text)); }
std::string text_of(const engine::Bytes& body) { return {body.begin(), body.end()}; }

/// A server on loopback that takes one connection, keeps what it is asked and answers in the pieces given.
class OneAnswer {
 public:
  explicit OneAnswer(std::vector<std::string> pieces, engine::Duration pause = 0ms) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, pieces = std::move(pieces), pause] {
      const int connection = ::accept(fd_, nullptr, nullptr);
      char buffer[4096];
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got > 0) asked.assign(buffer, static_cast<std::size_t>(got));
      for (const std::string& each : pieces) {
        std::this_thread::sleep_for(pause);
        ::send(connection, each.data(), each.size(), MSG_NOSIGNAL);
      }
      ::close(connection);
    });
  }
  ~OneAnswer() {
    join();
    ::close(fd_);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }

  std::uint16_t port = 0;
  std::string asked;

 private:
  int fd_ = -1;
  std::thread thread_;
};

TEST(Http, Urls) {
  const auto plain = parse_url("http://ca.example.net");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host + " " + std::to_string(plain->port) + " " + plain->path, "ca.example.net 80 /");
  const auto v6 = parse_url("HTTP://[2001:db8::1]:8080/a/b?c=d#e");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host + " " + std::to_string(v6->port) + " " + v6->path + " " + v6->authority,
            "2001:db8::1 8080 /a/b?c=d [2001:db8::1]:8080");
  for (const char* bad : {"", "ldap://x/", "https://x/", "http://", "http:///x", "http://x:0/", "http://x:99999/", "http://x:y/",
                          "http://x/\r\nHost: y", "http://x/a b", "http://u@x/", "file:///etc/passwd"})
    EXPECT_FALSE(parse_url(bad)) << bad;
  EXPECT_FALSE(parse_url("http://x/" + std::string(2000, 'a')));
}

TEST(Http, AResponseIsTakenWholeOrNotAtAll) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(text_of(**parse_response(octets(head + "hello"), false, 100)), "hello");
  for (std::size_t i = 0; i < head.size() + 5; ++i) {
    const auto part = octets((head + "hello").substr(0, i));
    EXPECT_FALSE(parse_response(part, false, 100)) << i;
    const auto closed = parse_response(part, true, 100);
    ASSERT_TRUE(closed);
    EXPECT_FALSE(closed->ok()) << i << ": a truncated list is none";
  }
  EXPECT_EQ(text_of(**parse_response(octets("HTTP/1.0 200 OK\r\n\r\nhello"), true, 100)), "hello");
  EXPECT_EQ(text_of(**parse_response(
                octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"), false, 100)),
            "hello");
}

TEST(Http, WhatIsNoGoodResponse) {
  for (const char* bad :
       {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 301 Moved\r\nLocation: http://y/\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
    const auto answer = parse_response(octets(bad), true, 100);
    ASSERT_TRUE(answer) << bad;
    EXPECT_FALSE(answer->ok()) << bad;
  }
  const auto endless = parse_response(octets("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'a')), false, 100);
  ASSERT_TRUE(endless);
  EXPECT_FALSE(endless->ok());
}

TEST(Http, GetAndPost) {
  OneAnswer get({"HTTP/1.1 200 OK\r\nContent-", "Length: 2\r\n\r\no", "k"});
  const auto got = fetch({get.url("/root.crl")});
  ASSERT_TRUE(got.ok()) << got.failure().why;
  EXPECT_EQ(text_of(*got), "ok");
  get.join();
  EXPECT_EQ(get.asked.substr(0, 24), "GET /root.crl HTTP/1.1\r\n");
  EXPECT_NE(get.asked.find("\r\nHost: 127.0.0.1:" + std::to_string(get.port) + "\r\n"), std::string::npos);
  OneAnswer post({"HTTP/1.1 200 OK\r\n\r\nyes"});
  const auto answer = fetch({post.url("/"), octets("question"), "application/ocsp-request"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(text_of(*answer), "yes");
  post.join();
  EXPECT_NE(post.asked.find("Content-Type: application/ocsp-request\r\nContent-Length: 8\r\n\r\nquestion"), std::string::npos);
}

TEST(Http, ASilentServerAndNoServer) {
  OneAnswer silent({""}, 400ms);
  http::Request request{silent.url("/")};
  request.patience = 100ms;
  EXPECT_FALSE(fetch(request).ok());
  std::string gone;
  {
    OneAnswer server({""});
    gone = server.url("/");
    (void)fetch({gone});
  }
  const auto refused = fetch({gone});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().why, "Connection refused");
}

}  // namespace
}  // namespace kernel::http
