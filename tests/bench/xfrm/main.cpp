// bench_xfrm batch N: prints, for `ip -batch`, N Child SAs of as many peers with their policies.
// bench_xfrm install N: has the XFRM plane install the same in this network namespace; prints the seconds it took.
#include <net/if.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "kernel/host.hpp"
#include "kernel/loop.hpp"
#include "kernel/xfrm.hpp"

namespace {

constexpr std::string_view interface_name = "GigabitEthernet0/0";
constexpr const char* device = "lo";
constexpr std::uint32_t here = 0xCB00710A;  // 203.0.113.10
constexpr std::uint32_t first_spi = 0x10000;

engine::IpAddress peer(std::uint32_t i) { return engine::IpAddress::v4(0xC6120000 + i); }  // 198.18.0.0
engine::Prefix lan(std::uint32_t i) { return engine::Prefix::of(engine::IpAddress::v4(0x0A000000 + (i << 8)), 24); }
engine::Prefix own() { return engine::Prefix::of(engine::IpAddress::v4(0xC0A80100), 24); }

void print_batch(std::uint32_t count) {
  const std::string local = engine::IpAddress::v4(here).to_string(), mine = own().to_string();
  const std::string key = "0x" + std::string(72, '1');
  for (std::uint32_t i = 1; i <= count; ++i) {
    const std::string far = lan(i).to_string(), remote = peer(i).to_string(), reqid = std::to_string(kernel::reqid_of({i}));
    const auto policy = [&](const char* direction, const std::string& from, const std::string& to, const std::string& outer) {
      std::printf("xfrm policy add src %s dst %s %s priority %u tmpl %s proto esp reqid %s mode tunnel\n", from.c_str(),
                  to.c_str(), direction, kernel::xfrm_tag | i << 1, outer.c_str(), reqid.c_str());
    };
    const std::string out = "src " + local + " dst " + remote, in = "src " + remote + " dst " + local;
    policy((std::string("dev ") + device + " dir out").c_str(), mine, far, out);
    policy("dir in", far, mine, in);
    policy("dir fwd", far, mine, in);
  }
  for (std::uint32_t i = 1; i <= count; ++i)
    for (const bool out : {false, true}) {
      const std::string from = (out ? engine::IpAddress::v4(here) : peer(i)).to_string();
      const std::string to = (out ? peer(i) : engine::IpAddress::v4(here)).to_string();
      std::printf(
          "xfrm state add src %s dst %s proto esp spi %u reqid %u mode tunnel replay-window %d aead rfc4106(gcm(aes)) %s 128 "
          "sel src %s dst %s\n",
          from.c_str(), to.c_str(), first_spi + i * 2 + out, kernel::reqid_of({i}), out ? 0 : 32, key.c_str(),
          (out ? own() : lan(i)).to_string().c_str(), (out ? lan(i) : own()).to_string().c_str());
    }
}

engine::SelectorPair selectors(std::uint32_t i) {
  return {engine::TrafficSelector::of(own()), engine::TrafficSelector::of(lan(i))};
}

engine::SaParameters keys(std::uint32_t i, bool out) {
  engine::SaParameters sa;
  sa.spi = {first_spi + i * 2 + out};
  sa.encryption = engine::find_esp_keyword("esp-gcm 256");
  sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, 0x11));
  return sa;
}

bool told(const char* what, const engine::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s: %s\n", what, status.failure().why.c_str());
  return status.ok();
}

bool install(std::uint32_t count) {
  kernel::Loop loop;
  bool refused = false;
  const auto listen = [&refused](const engine::Event& event) {
    const auto* failed = std::get_if<engine::InstallFailed>(&event);
    if (failed && !refused) std::fprintf(stderr, "Child SA %u: %s\n", failed->child.value, failed->why.c_str());
    refused |= failed != nullptr;
  };
  auto plane = kernel::XfrmPlane::open(loop, {{std::string(interface_name), {device, ::if_nametoindex(device)}}}, listen);
  if (!plane.ok()) return told("plane", engine::Status(std::move(plane.failure())));
  engine::SetPolicy policy{std::string(interface_name), {}};
  for (std::uint32_t i = 1; i <= count; ++i) {
    engine::PolicyLine line;
    line.id = {i};
    line.selectors = selectors(i);
    line.local = engine::IpAddress::v4(here);
    line.peer = peer(i);
    policy.lines.push_back(std::move(line));
  }
  const engine::Time begin = kernel::monotonic_now();
  if (!told("policies", (*plane)->set_policy(policy))) return false;
  for (std::uint32_t i = 1; i <= count; ++i) {
    engine::ChildSaFacts facts;
    facts.child = {i};
    facts.line = {i};
    facts.interface = interface_name;
    facts.selectors = selectors(i);
    facts.local = {engine::IpAddress::v4(here), 500};
    facts.remote = {peer(i), 500};
    if (!told("inbound", (*plane)->add_inbound({facts, keys(i, false)}))) return false;
    if (!told("outbound", (*plane)->add_outbound({facts, keys(i, true)}))) return false;
  }
  (*plane)->flush();
  std::printf("%.3f\n", std::chrono::duration<double>(kernel::monotonic_now() - begin).count());
  return !refused;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  const auto count = static_cast<std::uint32_t>(argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0);
  if (what == "batch") {
    print_batch(count);
    return 0;
  }
  if (what == "install") return install(count) ? 0 : 1;
  std::fprintf(stderr, "usage: bench_xfrm batch|install N\n");
  return 2;
}
