#include "facts.hpp"

#include "engine/algorithms.hpp"

using namespace std::chrono_literals;
using engine::TransformType;

engine::IpAddress address(const char* text) { return *engine::IpAddress::parse(text); }

namespace {

engine::TrafficSelector network(const char* text, std::uint8_t length) {
  return engine::TrafficSelector::of(engine::Prefix::of(address(text), length));
}

engine::PolicyLineView line(std::uint32_t id, const char* interface, const char* map, const char* local, const char* peer,
                            engine::SelectorPair selectors) {
  return {{id},          engine::AclAction::permit, interface, map, 10, selectors, address(local),
          address(peer), engine::IpsecMode::tunnel};
}

engine::IkeSaView ike_sa(std::uint32_t id, const char* interface, const char* local, const char* remote, std::uint16_t port) {
  engine::IkeSaView sa;
  sa.id = {id};
  sa.interface = interface;
  sa.local = {address(local), port};
  sa.remote = {address(remote), port};
  sa.local_end = sa.local.ip;
  sa.peer_end = sa.remote.ip;
  sa.status = engine::SaStatus::ready;
  sa.spi_local = {0x0123456789ABCDEFU + id};
  sa.spi_remote = {0x0FEDCBA987654321U + id};
  sa.encryption = engine::find_ike_keyword(TransformType::encryption, "aes-cbc-256");
  sa.integrity = engine::find_ike_keyword(TransformType::integrity, "sha256");
  sa.prf = engine::find_ike_keyword(TransformType::prf, "sha256");
  sa.group = engine::find_ike_keyword(TransformType::key_exchange, "14");
  sa.profile = "TO-BRANCH";
  sa.local_id = local;
  sa.remote_id = remote;
  sa.auth_local = sa.auth_remote = engine::AuthMethod::pre_share;
  sa.lifetime = 86400s;
  sa.age = 1234s;
  sa.local_request_id = 3;
  sa.remote_request_id = 12;
  return sa;
}

engine::ChildSaView child(std::uint32_t id, const engine::PolicyLineView& line) {
  engine::ChildSaView sa;
  sa.id = {id};
  sa.line = line.id;
  sa.interface = line.interface;
  sa.map = line.map;
  sa.selectors = line.selectors;
  sa.spi_in = {0x00A1B2C3 + id};
  sa.spi_out = {0xD4E5F607 + id};
  sa.encryption = engine::find_esp_keyword("esp-aes 256");
  sa.integrity = engine::find_esp_keyword("esp-sha256-hmac");
  sa.outbound_installed = true;
  sa.age = 100s;
  sa.lifetime = 3600s;
  sa.lifetime_kilobytes = 4608000;
  return sa;
}

}  // namespace

cli::ShowFacts idle_gateway() {
  cli::ShowFacts facts;
  facts.interfaces = {{"GigabitEthernet0/0", true, {}, 1500}};
  facts.view.lines = {line(1, "GigabitEthernet0/0", "VPN", "203.0.113.10", "203.0.113.20",
                           {network("192.168.1.0", 24), network("10.0.0.0", 24)})};
  return facts;
}

cli::ShowFacts busy_gateway() {
  cli::ShowFacts facts = idle_gateway();
  facts.interfaces.push_back({"GigabitEthernet0/1", true, {}, 1400});
  auto& lines = facts.view.lines;
  engine::SelectorPair web{network("192.168.1.0", 24), network("10.9.9.9", 32)};
  web.local.protocol = web.remote.protocol = 6;
  web.remote.ports = {443, 443};
  lines.push_back(line(2, "GigabitEthernet0/0", "VPN", "203.0.113.10", "203.0.113.20", web));
  lines.push_back(line(3, "GigabitEthernet0/0", "VPN", "203.0.113.10", "198.51.100.77",
                       {network("192.168.1.0", 24), network("10.7.0.0", 16)}));
  lines.push_back(line(4, "GigabitEthernet0/1", "SIX", "2001:db8:1::1", "2001:db8:2::2",
                       {network("2001:db8:a::", 64), network("2001:db8:b::", 64)}));
  lines.push_back(
      line(5, "GigabitEthernet0/1", "SIX", "203.0.113.66", "192.0.2.99", {network("192.168.2.0", 24), network("10.8.0.0", 16)}));

  auto first = ike_sa(1, "GigabitEthernet0/0", "203.0.113.10", "203.0.113.20", 500);
  first.dpd_interval = 30s;
  first.dpd_retry = 5s;
  first.children = {child(1, lines[0])};
  first.children[0].pfs_group = engine::find_ike_keyword(TransformType::key_exchange, "19");
  auto behind_nat = ike_sa(2, "GigabitEthernet0/0", "203.0.113.10", "198.51.100.77", 4500);
  behind_nat.role = engine::Role::responder;
  behind_nat.nat_remote = true;
  behind_nat.remote_id = "branch.example.net";
  behind_nat.keyring_peer = "BRANCH";
  behind_nat.encryption = engine::find_ike_keyword(TransformType::encryption, "aes-gcm-256");
  behind_nat.integrity = nullptr;
  behind_nat.children = {child(2, lines[2])};
  auto& gcm = behind_nat.children[0];
  gcm.encryption = engine::find_esp_keyword("esp-gcm 256");
  gcm.integrity = nullptr;
  gcm.udp_encapsulated = gcm.extended_sequence_numbers = true;
  gcm.lifetime_kilobytes = 0;
  auto six = ike_sa(3, "GigabitEthernet0/1", "2001:db8:1::1", "2001:db8:2::2", 500);
  six.children = {child(3, lines[3])};
  auto negotiating = ike_sa(4, "GigabitEthernet0/1", "203.0.113.66", "192.0.2.99", 500);
  negotiating.status = engine::SaStatus::in_negotiation;
  negotiating.encryption = negotiating.integrity = negotiating.prf = negotiating.group = nullptr;
  negotiating.auth_local = negotiating.auth_remote = engine::AuthMethod::none;
  negotiating.age = 0s;
  facts.view.ike_sas = {first, behind_nat, six, negotiating};

  kernel::ChildCounters counters;
  counters.encaps = 120;
  counters.encaps_bytes = 120000;
  counters.decaps = 118;
  counters.decaps_bytes = 118000;
  counters.replay_failed = 3;
  facts.counters[{1}] = counters;
  return facts;
}
