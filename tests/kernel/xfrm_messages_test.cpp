#include "kernel/xfrm_messages.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include <cstdlib>

#include "tests/values.hpp"

namespace kernel {
namespace {

using engine::Bytes;
using engine::ByteView;
using engine::IpAddress;
using engine::Prefix;
using engine::TrafficSelector;

using values::ip;

engine::ChildSaFacts facts() {
  engine::ChildSaFacts facts;
  facts.child = {1};
  facts.line = {7};
  facts.selectors = {TrafficSelector::of(Prefix::of(ip("192.168.1.0"), 24)), TrafficSelector::of(Prefix::of(ip("10.0.0.0"), 24))};
  facts.local = {ip("203.0.113.10"), 4500};
  facts.remote = {ip("203.0.113.20"), 4501};
  facts.replay_window = 32;
  return facts;
}

engine::SaParameters gcm() {
  engine::SaParameters sa;
  sa.spi = {0xC0FFEE01};
  sa.encryption = engine::find_esp_keyword("esp-gcm");
  sa.key_encryption = engine::Secret(*engine::from_hex("000102030405060708090a0b0c0d0e0f10111213"));
  return sa;
}

engine::SaParameters cbc() {
  engine::SaParameters sa;
  sa.spi = {0x1000};
  sa.encryption = engine::find_esp_keyword("esp-aes");
  sa.integrity = engine::find_esp_keyword("esp-sha256-hmac");
  sa.key_encryption = engine::Secret(Bytes(16, 0xEE));
  sa.key_integrity = engine::Secret(Bytes(32, 0xAA));
  return sa;
}

// Hexadecimal of the message against `golden`, in which white space does not count. The numbers are little-endian where
// the kernel's structs are in host order.
void expect_octets(const NetlinkMessage& message, std::string golden) {
  std::erase_if(golden, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_EQ(engine::to_hex(message.octets()), golden);
}

ByteView payload_of(const NetlinkMessage& message) { return message.octets().subspan(sizeof(nlmsghdr)); }

std::optional<ByteView> attribute_of(const NetlinkMessage& message, int type) {
  return find_attribute(payload_of(message), sizeof(xfrm_usersa_info), type);
}

xfrm_usersa_info info_of(const NetlinkMessage& message) {
  xfrm_usersa_info info;
  std::memcpy(&info, payload_of(message).data(), sizeof info);
  return info;
}

NetlinkMessage made(engine::Result<NetlinkMessage> result) {
  EXPECT_TRUE(result.ok());
  return std::move(*result);
}

TEST(XfrmMessages, inbound_state_with_aead) {
  expect_octets(made(new_state(facts(), gcm(), {.direction = StateDirection::in})),
                "50010000100001060000000000000000"  // netlink header
                "c0a80100000000000000000000000000"  // selector: daddr
                "0a000000000000000000000000000000"  // saddr
                "00000000000000000200181800000000"  // ports and masks, family, prefix lengths, protocol
                "0000000000000000"                  // ifindex, user
                "cb00710a000000000000000000000000"  // id: daddr
                "c0ffee0132000000"                  // SPI, protocol
                "cb007114000000000000000000000000"  // saddr
                "ffffffffffffffffffffffffffffffff"  // byte limits: soft, hard
                "ffffffffffffffffffffffffffffffff"  // packet limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // time limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // used so far
                "000000000000000000000000"                                          // statistics
                "000000000700005a"                                                  // seq, reqid
                "020001200000000000000000"                                          // family, mode, window, flags
                "60001200726663343130362867636d286165732929000000000000000000000000000000000000000000000000000000"  // ALG_AEAD
                "0000000000000000000000000000000000000000a000000080000000000102030405060708090a0b0c0d0e0f10111213");
}

TEST(XfrmMessages, outbound_state_with_encapsulation_limits_and_acquire) {
  engine::ChildSaFacts f = facts();
  f.udp_encapsulated = true;
  f.lifetime_kilobytes = 1024;
  f.soft_permille = 875;
  expect_octets(
      made(new_state(f, cbc(), {.direction = StateDirection::out, .acquire_sequence = 9, .sa_direction = true})),
      "d8010000100001060000000000000000"                                  // netlink header
      "0a000000000000000000000000000000"                                  // selector: daddr
      "c0a80100000000000000000000000000"                                  // saddr
      "00000000000000000200181800000000"                                  // ports and masks, family, prefix lengths, protocol
      "0000000000000000"                                                  // ifindex, user
      "cb007114000000000000000000000000"                                  // id: daddr
      "0000100032000000"                                                  // SPI, protocol
      "cb00710a000000000000000000000000"                                  // saddr
      "00000e00000000000000100000000000"                                  // byte limits: soft, hard
      "ffffffffffffffffffffffffffffffff"                                  // packet limits
      "0000000000000000000000000000000000000000000000000000000000000000"  // time limits
      "0000000000000000000000000000000000000000000000000000000000000000"  // used so far
      "000000000000000000000000"                                          // statistics
      "090000000700005a"                                                  // seq, reqid
      "020001000000000000000000"                                          // family, mode, window, flags
      "6c001400686d616328736861323536290000000000000000000000000000000000000000000000000000000000000000"  // ALG_AUTH_TRUNC
      "00000000000000000000000000000000000000000001000080000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaa"
      "580002006362632861657329000000000000000000000000000000000000000000000000000000000000000000000000"  // ALG_CRYPT
      "000000000000000000000000000000000000000080000000eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
      "1c000400020011941195000000000000000000000000000000000000"  // ENCAP
      "0500210002000000");                                        // SA_DIR
}

TEST(XfrmMessages, trap_policy) {
  PolicyKey key{PolicyDirection::out,
                {Prefix::of(ip("192.168.1.0"), 24), Prefix::of(ip("10.0.0.0"), 24), {}, {80, 0xFFFC}, 6, 5}};
  PolicyValue value{0x5A000080,         PolicyAction::protect, 0x5A000007, engine::IpsecMode::tunnel,
                    ip("203.0.113.10"), ip("203.0.113.20")};
  expect_octets(put_policy(key, value),
                "fc000000190001000000000000000000"  // netlink header
                "0a000000000000000000000000000000"  // selector: daddr
                "c0a80100000000000000000000000000"  // saddr
                "0050fffc000000000200181806000000"  // ports and masks, family, prefix lengths, protocol
                "0500000000000000"                  // ifindex, user
                "ffffffffffffffffffffffffffffffff"  // byte limits: soft, hard
                "ffffffffffffffffffffffffffffffff"  // packet limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // time limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // used so far
                "8000005a00000000"                                                  // priority, index
                "0100000000000000"                                                  // dir, action, flags, share
                "44000500cb007114000000000000000000000000000000003200000002000000cb00710a000000000000000000000000"  // TMPL
                "0700005a01000000ffffffffffffffffffffffff");
}

TEST(XfrmMessages, passing_policy_and_its_end) {
  PolicyKey key{PolicyDirection::forward, {Prefix::of(ip("2001:db8::"), 32), Prefix::any(engine::Family::v6), {}, {}, 0, 0}};
  expect_octets(put_policy(key, {.priority = 0x5A000080}),
                "b8000000190001000000000000000000"  // netlink header
                "00000000000000000000000000000000"  // selector: daddr
                "20010db8000000000000000000000000"  // saddr
                "00000000000000000a00002000000000"  // ports and masks, family, prefix lengths, protocol
                "0000000000000000"                  // ifindex, user
                "ffffffffffffffffffffffffffffffff"  // byte limits: soft, hard
                "ffffffffffffffffffffffffffffffff"  // packet limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // time limits
                "0000000000000000000000000000000000000000000000000000000000000000"  // used so far
                "8000005a00000000"                                                  // priority, index
                "0200000000000000");                                                // dir, action, flags, share
  expect_octets(delete_policy(key),
                "50000000140001000000000000000000"  // netlink header
                "00000000000000000000000000000000"  // selector: daddr
                "20010db8000000000000000000000000"  // saddr
                "00000000000000000a00002000000000"  // ports and masks, family, prefix lengths, protocol
                "0000000000000000"                  // ifindex, user
                "0000000002000000");                // index, dir
}

TEST(XfrmMessages, state_by_name) {
  const StateId id{{0xC0FFEE01}, ip("203.0.113.20"), ip("203.0.113.10")};
  expect_octets(delete_state(id),
                "3c000000110001000000000000000000"            // netlink header
                "cb00710a000000000000000000000000"            // daddr
                "c0ffee0102003200"                            // SPI, family, protocol
                "14000d00cb007114000000000000000000000000");  // SRCADDR
  expect_octets(get_state(id),
                "28000000120001000000000000000000"  // netlink header
                "cb00710a000000000000000000000000"  // daddr
                "c0ffee0102003200");                // SPI, family, protocol
}

TEST(XfrmMessages, directions_swap_addresses_and_selectors) {
  const xfrm_usersa_info in = info_of(made(new_state(facts(), gcm(), {.direction = StateDirection::in})));
  const xfrm_usersa_info out = info_of(made(new_state(facts(), gcm(), {.direction = StateDirection::out})));
  EXPECT_EQ(in.saddr.a4, out.id.daddr.a4);
  EXPECT_EQ(in.id.daddr.a4, out.saddr.a4);
  EXPECT_EQ(in.sel.saddr.a4, out.sel.daddr.a4);
  EXPECT_EQ(in.replay_window, 32);
  EXPECT_EQ(out.replay_window, 0) << "a window makes no sense on the way out, and new kernels refuse it";
}

TEST(XfrmMessages, replay_windows_above_32_and_esn_need_their_attribute) {
  engine::ChildSaFacts f = facts();
  f.replay_window = 1024;
  const auto window = [](const NetlinkMessage& message) -> std::pair<std::uint32_t, std::size_t> {
    const auto value = attribute_of(message, XFRMA_REPLAY_ESN_VAL);
    if (!value) return {0, 0};
    xfrm_replay_state_esn head;
    std::memcpy(&head, value->data(), sizeof head);
    EXPECT_EQ(value->size(), sizeof head + head.bmp_len * 4);
    return {head.replay_window, head.bmp_len};
  };
  using Pair = std::pair<std::uint32_t, std::size_t>;
  EXPECT_EQ(window(made(new_state(f, gcm(), {.direction = StateDirection::in}))), (Pair{1024, 32}));
  EXPECT_EQ(window(made(new_state(f, gcm(), {.direction = StateDirection::out}))), (Pair{0, 0}));
  engine::SaParameters esn = gcm();
  esn.extended_sequence_numbers = true;
  f.replay_window = 0;
  const NetlinkMessage in = made(new_state(f, esn, {.direction = StateDirection::in}));
  EXPECT_EQ(window(in), (Pair{32, 1})) << "ESN cannot do without a window";
  EXPECT_TRUE(info_of(in).flags & XFRM_STATE_ESN);
  EXPECT_EQ(window(made(new_state(f, esn, {.direction = StateDirection::out}))), (Pair{1, 1})) << "kernels before 6.10";
  const NetlinkMessage out = made(new_state(f, esn, {.direction = StateDirection::out, .sa_direction = true}));
  EXPECT_TRUE(attribute_of(out, XFRMA_REPLAY_ESN_VAL));
  EXPECT_EQ(window(out), (Pair{0, 0})) << "kernels since 6.10";
}

TEST(XfrmMessages, mixed_families_say_so) {
  engine::ChildSaFacts f = facts();
  f.local.ip = ip("2001:db8::10");
  f.remote.ip = ip("2001:db8::20");
  const xfrm_usersa_info info = info_of(made(new_state(f, gcm(), {.direction = StateDirection::in})));
  EXPECT_EQ(info.family, AF_INET6);
  EXPECT_EQ(info.sel.family, AF_INET);
  EXPECT_TRUE(info.flags & XFRM_STATE_AF_UNSPEC);
}

TEST(XfrmMessages, a_soft_limit_comes_as_far_before_the_hard_one_as_the_engine_says) {
  engine::ChildSaFacts f = facts();
  f.lifetime_kilobytes = 4608000;
  f.soft_permille = 812;
  const xfrm_lifetime_cfg limits = info_of(made(new_state(f, gcm(), {}))).lft;
  EXPECT_EQ(limits.hard_byte_limit, 4608000ULL * 1024);
  EXPECT_EQ(limits.soft_byte_limit, 4608ULL * 812 * 1024);
  f.lifetime_kilobytes = 0;
  EXPECT_EQ(info_of(made(new_state(f, gcm(), {}))).lft.hard_byte_limit, XFRM_INF);
}

TEST(XfrmMessages, an_algorithm_without_a_name_is_refused) {
  engine::SaParameters sa = cbc();
  sa.integrity = nullptr;
  EXPECT_FALSE(new_state(facts(), sa, {}).ok());
  sa.encryption = nullptr;
  EXPECT_FALSE(new_state(facts(), sa, {}).ok());
}

TEST(XfrmMessages, a_policy_is_read_back_as_it_was_written) {
  PolicyKey key{PolicyDirection::in, {Prefix::of(ip("192.168.1.0"), 24), Prefix::of(ip("10.0.0.0"), 24), {80, 0xFFFC}, {}, 6, 5}};
  const PolicyValue protect{0x5A000080,         PolicyAction::protect, 0x5A000007, engine::IpsecMode::tunnel,
                            ip("203.0.113.10"), ip("203.0.113.20")};
  for (const PolicyScope& scope : {PolicyScope{}, {ScopeKind::xfrm_interface, 0x5A000001}, {ScopeKind::vti, 0x5A000001}})
    for (const PolicyValue& value : {PolicyValue{.priority = 0x5A000080}, protect}) {
      key.scope = scope;
      const auto read = parse_own_policy(payload_of(put_policy(key, value)));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->key, key);
      EXPECT_EQ(read->value, value);
    }
  const NetlinkMessage ours = put_policy(key, protect);
  EXPECT_FALSE(parse_own_policy(payload_of(put_policy(key, {.priority = 12345}))));
  EXPECT_FALSE(parse_own_policy(payload_of(ours).first(20)));
}

TEST(XfrmMessages, a_tunnel_interface_s_states_and_policies_bear_its_id_everywhere) {
  const std::string id = "08001f000100005a", mark = "0c0015000100005affffffff";  // XFRMA_IF_ID; XFRMA_MARK, whole
  const PolicyScope with_id{ScopeKind::xfrm_interface, 0x5A000001}, with_mark{ScopeKind::vti, 0x5A000001};
  for (const auto& [scope, attribute] : {std::pair(with_id, id), std::pair(with_mark, mark)}) {
    const StateId state{{0x1000}, ip("203.0.113.10"), ip("203.0.113.20"), scope};
    PolicyKey key;
    key.scope = scope;
    const NetlinkMessage added = made(new_state(facts(), cbc(), {.scope = scope}));
    const NetlinkMessage moved = made(moved_state(payload_of(added), {facts().local, facts().remote, false}, MoveKind::replace));
    for (const NetlinkMessage* message : {&added, &moved})
      EXPECT_NE(engine::to_hex(message->octets()).find(attribute), std::string::npos);
    EXPECT_TRUE(engine::to_hex(delete_state(state).octets()).ends_with(attribute));
    EXPECT_TRUE(engine::to_hex(get_state(state).octets()).ends_with(attribute));
    EXPECT_TRUE(engine::to_hex(name_larval_state(payload_of(added)).octets()).ends_with(attribute));
    EXPECT_TRUE(engine::to_hex(delete_policy(key).octets()).ends_with(attribute));
    EXPECT_TRUE(engine::to_hex(get_policy(key).octets()).ends_with(attribute));
    const auto report = parse_state(payload_of(added));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->id.scope, scope);
  }
}

TEST(XfrmMessages, what_somebody_took_away_is_named) {
  const auto flushed = parse_news({XFRM_MSG_FLUSHSA, {}});
  ASSERT_TRUE(std::holds_alternative<RemovalNews>(flushed));
  EXPECT_FALSE(std::get<RemovalNews>(flushed).state);
  const NetlinkMessage state = delete_state({{0x1000}, ip("203.0.113.10"), ip("203.0.113.20")});
  const auto one = parse_news({XFRM_MSG_DELSA, payload_of(state)});
  ASSERT_TRUE(std::holds_alternative<RemovalNews>(one));
  EXPECT_EQ(std::get<RemovalNews>(one).state->spi.value, 0x1000U);
  EXPECT_EQ(std::get<RemovalNews>(one).state->destination, ip("203.0.113.20"));
  const PolicyKey key{PolicyDirection::in, {Prefix::of(ip("192.168.1.0"), 24), Prefix::of(ip("10.0.0.0"), 24), {}, {}, 6, 5}};
  const NetlinkMessage policy = delete_policy(key);
  const auto line = parse_news({XFRM_MSG_DELPOLICY, payload_of(policy)});
  ASSERT_TRUE(std::holds_alternative<RemovalNews>(line));
  EXPECT_EQ(std::get<RemovalNews>(line).policy, key);
  EXPECT_EQ(parse_news({XFRM_MSG_DELPOLICY, payload_of(policy).first(10)}).index(), 0U);
  EXPECT_EQ(parse_news({XFRM_MSG_DELSA, payload_of(policy).first(3)}).index(), 0U);
}

// A state as the kernel would describe it: what we asked for, and some use of it.
Bytes described(const engine::ChildSaFacts& f, engine::SaParameters sa) {
  const NetlinkMessage message = made(new_state(f, sa, {.direction = StateDirection::out}));
  Bytes state = engine::to_bytes(payload_of(message));
  xfrm_usersa_info info;
  std::memcpy(&info, state.data(), sizeof info);
  info.curlft.bytes = 8400;
  info.curlft.packets = 100;
  info.stats.replay = 1;
  info.stats.replay_window = 2;
  info.stats.integrity_failed = 5;
  std::memcpy(state.data(), &info, sizeof info);
  return state;
}

TEST(XfrmMessages, a_state_is_read) {
  const auto state = parse_state(described(facts(), gcm()));
  ASSERT_TRUE(state);
  EXPECT_EQ(state->id.spi.value, 0xC0FFEE01U);
  EXPECT_EQ(state->id.source, ip("203.0.113.10"));
  EXPECT_EQ(state->id.destination, ip("203.0.113.20"));
  EXPECT_EQ(line_of(state->reqid), engine::PolicyLineId{7});
  EXPECT_EQ(state->bytes, 8400U);
  EXPECT_EQ(state->packets, 100U);
  EXPECT_EQ(state->replay_failed, 3U);
  EXPECT_EQ(state->integrity_failed, 5U);
  EXPECT_FALSE(state->soft_limit_passed);
  EXPECT_FALSE(state->acquire_sequence);
  EXPECT_FALSE(parse_state({}));
}

TEST(XfrmMessages, a_moved_state_keeps_keys_and_counters) {
  const Bytes state = described(facts(), gcm());
  const StateMove move{{ip("203.0.113.11"), 4500}, {ip("203.0.113.20"), 4500}, true};
  EXPECT_EQ(move_kind(state, move), MoveKind::replace);
  const NetlinkMessage message = made(moved_state(state, move, MoveKind::replace));
  const xfrm_usersa_info info = info_of(message);
  EXPECT_EQ(info.saddr.a4, htonl(ip("203.0.113.11").v4_host_order()));
  const auto key = attribute_of(message, XFRMA_ALG_AEAD);
  ASSERT_TRUE(key);
  EXPECT_EQ(engine::to_hex(key->last(20)), "000102030405060708090a0b0c0d0e0f10111213");
  EXPECT_TRUE(attribute_of(message, XFRMA_ENCAP));
  const auto used = attribute_of(message, XFRMA_LTIME_VAL);
  ASSERT_TRUE(used);
  xfrm_lifetime_cur current;
  std::memcpy(&current, used->data(), sizeof current);
  EXPECT_EQ(current.packets, 100U);
}

TEST(XfrmMessages, new_ports_alone_are_an_update) {
  engine::ChildSaFacts f = facts();
  f.udp_encapsulated = true;
  const Bytes state = described(f, gcm());
  const StateMove move{{ip("203.0.113.10"), 4500}, {ip("203.0.113.20"), 1234}, true};
  EXPECT_EQ(move_kind(state, move), MoveKind::update);
  const NetlinkMessage message = made(moved_state(state, move, MoveKind::update));
  xfrm_encap_tmpl encap;
  std::memcpy(&encap, attribute_of(message, XFRMA_ENCAP)->data(), sizeof encap);
  EXPECT_EQ(ntohs(encap.encap_dport), 1234);
}

TEST(XfrmMessages, keys_that_the_kernel_hides_cannot_be_moved) {
  engine::SaParameters sa = gcm();
  sa.key_encryption = engine::Secret(Bytes(20, 0));
  const auto moved = moved_state(described(facts(), std::move(sa)), {{ip("203.0.113.11"), 0}, {ip("203.0.113.20"), 0}, false},
                                 MoveKind::replace);
  ASSERT_FALSE(moved.ok());
  EXPECT_NE(moved.failure().why.find("keys"), std::string::npos);
}

Bytes acquire_of(std::uint32_t reqid, std::uint8_t protocol, std::uint16_t sport, std::uint16_t dport) {
  xfrm_user_acquire acquire{};
  acquire.id.proto = IPPROTO_ESP;
  acquire.sel.family = AF_INET;
  acquire.sel.saddr.a4 = htonl(ip("192.168.1.1").v4_host_order());
  acquire.sel.daddr.a4 = htonl(ip("10.0.0.1").v4_host_order());
  acquire.sel.prefixlen_s = acquire.sel.prefixlen_d = 32;
  acquire.sel.proto = protocol;
  acquire.sel.sport = htons(sport);
  acquire.sel.dport = htons(dport);
  acquire.sel.sport_mask = acquire.sel.dport_mask = 0xFFFF;
  acquire.seq = 77;
  xfrm_user_tmpl wanted{};
  wanted.reqid = reqid;
  NetlinkMessage message(XFRM_MSG_ACQUIRE, 0);
  message.header(acquire);
  message.attribute(XFRMA_TMPL, wanted);
  return engine::to_bytes(payload_of(message));
}

TEST(XfrmMessages, an_acquire_names_line_and_packet) {
  const Bytes octets = acquire_of(0x5A000007, 6, 40000, 443);
  const auto news = parse_news({XFRM_MSG_ACQUIRE, octets});
  const auto* acquire = std::get_if<AcquireNews>(&news);
  ASSERT_NE(acquire, nullptr);
  EXPECT_EQ(acquire->line.value, 7U);
  EXPECT_EQ(acquire->sequence, 77U);
  EXPECT_EQ(acquire->packet.local, TrafficSelector::of(Prefix::host(ip("192.168.1.1")), 6, {40000, 40000}));
  EXPECT_EQ(acquire->packet.remote, TrafficSelector::of(Prefix::host(ip("10.0.0.1")), 6, {443, 443}));
}

TEST(XfrmMessages, an_acquire_of_a_ping_has_type_and_code_in_the_ikev2_way) {
  const Bytes octets = acquire_of(0x5A000007, 1, 8, 0);
  const auto news = parse_news({XFRM_MSG_ACQUIRE, octets});
  const auto* acquire = std::get_if<AcquireNews>(&news);
  ASSERT_NE(acquire, nullptr);
  EXPECT_EQ(acquire->packet.local.ports, (engine::PortRange{8 << 8, 8 << 8}));
  EXPECT_EQ(acquire->packet.remote.ports, (engine::PortRange{8 << 8, 8 << 8}));
}

TEST(XfrmMessages, news_of_strangers_and_rubbish_are_nothing) {
  const Bytes strange = acquire_of(12, 6, 1, 1);
  EXPECT_EQ(parse_news({XFRM_MSG_ACQUIRE, strange}).index(), 0U);
  const Bytes ours = acquire_of(0x5A000007, 6, 1, 1);
  for (std::size_t size = 0; size < ours.size() - 24; ++size)
    EXPECT_EQ(parse_news({XFRM_MSG_ACQUIRE, ByteView(ours).first(size)}).index(), 0U) << size;
  EXPECT_EQ(parse_news({XFRM_MSG_EXPIRE, ByteView(ours).first(10)}).index(), 0U);
  EXPECT_EQ(parse_news({XFRM_MSG_NEWSA, ours}).index(), 0U);
}

TEST(XfrmMessages, an_expire_names_state_and_kind) {
  xfrm_user_expire expire{};
  expire.state = info_of(made(new_state(facts(), gcm(), {.direction = StateDirection::in})));
  expire.hard = 1;
  const ByteView octets(reinterpret_cast<const std::uint8_t*>(&expire), sizeof expire);
  const auto news = parse_news({XFRM_MSG_EXPIRE, octets});
  const auto* expired = std::get_if<ExpireNews>(&news);
  ASSERT_NE(expired, nullptr);
  EXPECT_EQ(expired->kind, engine::ExpireKind::hard);
  EXPECT_EQ(expired->state.spi.value, 0xC0FFEE01U);
  EXPECT_EQ(expired->state.destination, ip("203.0.113.10"));
}

TEST(XfrmMessages, a_mapping_names_state_and_new_source) {
  for (const auto& [before, now, to] :
       {std::tuple{"203.0.113.30", "203.0.113.31", "203.0.113.10"}, std::tuple{"2001:db8::30", "2001:db8::31", "2001:db8::10"}}) {
    xfrm_user_mapping mapping{};
    const auto put = [](xfrm_address_t& place, const char* text) {
      const auto address = ip(text);
      std::memcpy(&place, address.octets.data(), address.size());
    };
    put(mapping.id.daddr, to);
    put(mapping.old_saddr, before);
    put(mapping.new_saddr, now);
    mapping.id.spi = htonl(0xC0FFEE01);
    mapping.id.family = ip(to).is_v4() ? AF_INET : AF_INET6;
    mapping.id.proto = IPPROTO_ESP;
    mapping.reqid = 0x5A000007;
    mapping.old_sport = htons(4500);
    mapping.new_sport = htons(1234);
    const ByteView octets(reinterpret_cast<const std::uint8_t*>(&mapping), sizeof mapping);
    const auto news = parse_news({XFRM_MSG_MAPPING, octets});
    const auto* moved = std::get_if<MappingNews>(&news);
    ASSERT_NE(moved, nullptr);
    EXPECT_EQ(moved->state.spi.value, 0xC0FFEE01U);
    EXPECT_EQ(moved->state.source, ip(before));
    EXPECT_EQ(moved->state.destination, ip(to));
    EXPECT_EQ(moved->source, (engine::SocketAddress{ip(now), 1234}));
    EXPECT_EQ(parse_news({XFRM_MSG_MAPPING, octets.first(octets.size() - 1)}).index(), 0U);
    mapping.reqid = 12;
    EXPECT_EQ(parse_news({XFRM_MSG_MAPPING, octets}).index(), 0U) << "of somebody else";
  }
}

TEST(Netlink, attributes_that_lie_about_their_length_end_the_walk) {
  const auto count = [](ByteView octets) {
    int found = 0;
    for_each_attribute(octets, 0, [&](int, ByteView) { ++found; });
    return found;
  };
  EXPECT_EQ(count(*engine::from_hex("0400010004000200")), 2);
  EXPECT_EQ(count(*engine::from_hex("0300010004000200")), 0) << "shorter than its own head";
  EXPECT_EQ(count(*engine::from_hex("04000100ff000200")), 1) << "longer than what is there";
  EXPECT_EQ(count(*engine::from_hex("050001")), 0);
  EXPECT_EQ(count({}), 0);
}

TEST(Netlink, what_does_not_fit_makes_a_message_incomplete) {
  NetlinkMessage message(1, 0, 64);
  EXPECT_TRUE(message.complete());
  message.attribute(1, ByteView(Bytes(100)));
  EXPECT_FALSE(message.complete());
}

}  // namespace
}  // namespace kernel
