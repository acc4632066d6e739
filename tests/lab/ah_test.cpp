// AH of our own against the kernel's, on a wire between two namespaces: what we send it takes, what it answers we take.
#include <gtest/gtest.h>
#include <poll.h>

#include "engine/algorithms.hpp"
#include "kernel/checksum.hpp"
#include "kernel/esp_receive.hpp"
#include "kernel/esp_tun_packet.hpp"
#include "kernel/packet_fields.hpp"
#include "kernel/protection.hpp"
#include "tests/lab/two_sites.hpp"
#include "tests/values.hpp"

namespace lab {
namespace {

using engine::Bytes;
using engine::ByteView;
using kernel::put_u16;
using values::ip;

struct AhCase {
  std::string name;
  bool v4, tunnel, esn;
  std::uint16_t integrity;

  std::string end(bool ours) const {
    return v4 ? (ours ? "203.0.113.10" : "203.0.113.20") : ours ? "2001:db8:f::10" : "2001:db8:f::20";
  }
  std::string inner(bool ours) const {
    if (!tunnel) return end(ours);
    return v4 ? (ours ? "192.168.1.1" : "10.0.0.1") : ours ? "2001:db8:1::1" : "2001:db8:2::1";
  }
  engine::SaParameters keys(bool to_kernel) const {
    engine::SaParameters out;
    out.spi = {to_kernel ? 0x1000U : 0x2000U};
    out.encryption = &engine::authentication_header;
    out.integrity = engine::find_algorithm(engine::TransformType::integrity, integrity, 0);
    out.extended_sequence_numbers = esn;
    out.key_integrity = engine::Secret(Bytes(out.integrity->key_octets, to_kernel ? 0x31 : 0x42));
    return out;
  }
  std::string state(bool to_kernel) const {
    const auto sa = keys(to_kernel);
    return "ip xfrm state add src " + end(to_kernel) + " dst " + end(!to_kernel) + " proto ah spi " +
           std::to_string(sa.spi.value) + " reqid 1 mode " + (tunnel ? "tunnel" : "transport") + " auth-trunc '" +
           std::string(sa.integrity->xfrm_name) + "' 0x" + engine::to_hex(sa.key_integrity.expose()) + " " +
           std::to_string(sa.integrity->icv_octets * 8) + " replay-window 64" + (v4 ? " flag align4" : "") +
           (esn ? " flag esn" : "");
  }
  std::string policy(bool to_kernel) const {
    return "ip xfrm policy add dir " + std::string(to_kernel ? "in" : "out") + " src " + inner(to_kernel) + " dst " +
           inner(!to_kernel) + (v4 || tunnel ? "" : " proto ipv6-icmp type " + std::string(to_kernel ? "128" : "129")) +
           " tmpl src " + end(to_kernel) + " dst " + end(!to_kernel) + " proto ah reqid 1 mode " +
           (tunnel ? "tunnel" : "transport");
  }
};

// An echo request from us to the kernel, without its IP header in transport mode.
Bytes echo_request(const AhCase& c, std::size_t octets) {
  const auto source = ip(c.inner(true)), destination = ip(c.inner(false));
  Bytes message(8 + octets, 0x5A);
  std::fill_n(message.begin(), 8, std::uint8_t{0});
  message[0] = c.v4 ? 8 : 128;
  message[5] = message[7] = 1;
  const std::uint64_t pseudo =
      c.v4 ? 0 : kernel::checksum_add(source.bytes()) + kernel::checksum_add(destination.bytes()) + 58 + message.size();
  put_u16(&message[2], kernel::checksum_of(kernel::checksum_add(message, pseudo)));
  if (!c.tunnel) return message;
  Bytes out(c.v4 ? 20 : 40);
  const std::uint8_t protocol = c.v4 ? 1 : 58;
  kernel::write_header({source, destination, protocol, 0, message.size()}, out);
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

class AhLab : public testing::TestWithParam<AhCase> {
 protected:
  void SetUp() override {
    const AhCase& c = GetParam();
    ours.shell("ip link add wan type veth peer name wan netns " + theirs.path());
    const std::string length = c.v4 ? "/24" : "/64 nodad", single = c.v4 ? "/32" : "/128 nodad", ip_of = c.v4 ? "ip" : "ip -6";
    ours.shell("ip link set lo up; ip link set wan up; ip address add dev wan " + c.end(true) + length);
    theirs.shell("ip link set lo up; ip link set wan up; ip address add dev wan " + c.end(false) + length);
    if (c.tunnel)
      theirs.shell("ip address add dev lo " + c.inner(false) + single + "; " + ip_of + " route add " + c.inner(true) + " via " +
                   c.end(true));
    for (const bool to_kernel : {true, false}) theirs.shell(c.state(to_kernel) + "; " + c.policy(to_kernel));
  }
  Namespace ours, theirs;
};

TEST_P(AhLab, TheKernelTakesOursAndWeTakeTheKernels) {
  const AhCase& c = GetParam();
  const auto local = ip(c.end(true)), remote = ip(c.end(false));
  auto sealer = kernel::Sealer::create(c.keys(true), local, remote);
  auto opener = kernel::make_opener(c.keys(false), 64);
  ASSERT_TRUE(sealer.ok() && opener.ok());
  ours.inside([&] {
    auto sockets = kernel::EspSockets::open(0);
    ASSERT_TRUE(sockets.ok());
    kernel::EspReceiver receiver;
    // The last two go in fragments, there and back; of a tunnel over IPv6 Linux cuts the inner packet.
    for (const std::size_t octets : {std::size_t{20}, std::size_t{1000}, std::size_t{3000}, std::size_t{20000}}) {
      const Bytes inner = echo_request(c, octets);
      Bytes sealed(sealer->sealed_size(inner.size()));
      std::copy(inner.begin(), inner.end(), sealed.begin() + static_cast<std::ptrdiff_t>(sealer->payload_offset()));
      kernel::CipherWork work;
      const std::uint8_t next = c.tunnel ? (c.v4 ? 4 : 41) : c.v4 ? 1 : 58;
      ASSERT_EQ(sealer->frame(inner.size(), next, sealed, work), kernel::EspVerdict::ok);
      sealer->seal({&work, 1});
      const std::span<const std::uint8_t> packet(sealed);
      ASSERT_EQ(sockets->send({{local, 0}, {remote, 0}, kernel::Carrier::ah, 0x28, false, 0, 1500}, {&packet, 1}).packets, 1U);

      const auto family = c.v4 ? engine::Family::v4 : engine::Family::v6;
      const int fd = sockets->receive_fd(family, kernel::Carrier::ah);
      std::size_t answered = 0;
      while (answered < inner.size()) {
        pollfd polled{fd, POLLIN, 0};
        ASSERT_EQ(poll(&polled, 1, 5000), 1) << "no answer to " << octets << " octets\n"
                                             << theirs.shell("cat /proc/net/xfrm_stat; ip -s xfrm state");
        for (const auto& received : receiver.receive(fd, family, kernel::Carrier::ah)) {
          const auto opened = std::get<kernel::AhInbound>(*opener).open(
              received.octets, {received.source, received.destination, received.ipv4_header});
          ASSERT_EQ(opened.verdict, kernel::EspVerdict::ok) << octets;
          EXPECT_EQ(opened.next_header, next);
          EXPECT_EQ(opened.payload.back(), 0x5A);
          answered += opened.payload.size();
        }
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernel, AhLab,
                         testing::Values(AhCase{"v4_tunnel_sha256", true, true, false, 12},
                                         AhCase{"v4_transport_sha1", true, false, false, 2},
                                         AhCase{"v6_tunnel_sha512_esn", false, true, true, 14},
                                         AhCase{"v6_transport_sha384", false, false, false, 13},
                                         AhCase{"v4_tunnel_sha256_esn", true, true, true, 12}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace lab
