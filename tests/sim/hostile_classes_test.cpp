// Malformed datagrams by class (framing, payload chains, fragments, key exchange values, proposals, notifies, out of state),
// thousands of each into one endpoint that holds an established SA: memory stays flat, nothing goes out that is larger than what
// came in, the SA is untouched, and a genuine peer is still served. SALLYPORT_DATAGRAMS: how many of each class (10,000).
#include <cstdlib>

#include "tests/sim/memory.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

enum class Class { framing, chain, fragments, key_exchange, proposals, notifies, out_of_state };

class Crafter {
 public:
  explicit Crafter(std::vector<Flight> genuine) : genuine_(std::move(genuine)) {
    init_ = wire::parse(genuine_.at(0).payload).value();
  }

  Bytes craft(Class kind) {
    switch (kind) {
      case Class::framing:
        return framing();
      case Class::chain:
        return chain();
      case Class::fragments:
        return fragment();
      case Class::key_exchange:
        return key_exchange();
      case Class::proposals:
        return proposals();
      case Class::notifies:
        return notifies();
      case Class::out_of_state:
        return out_of_state();
    }
    return {};
  }
  SeededRng dice{3};

 private:
  Bytes any() { return genuine_[dice.below(genuine_.size())].payload; }
  std::uint8_t octet() { return static_cast<std::uint8_t>(dice.next()); }
  static void mend_length(Bytes& d) {
    for (unsigned i = 0; i < 4 && d.size() >= 28; ++i) d[24 + i] = static_cast<std::uint8_t>(d.size() >> (24 - 8 * i));
  }

  /// Group A: lengths, versions, flags, SPIs, exchange types, message IDs, a non-ESP marker too many.
  Bytes framing() {
    Bytes d = any();
    switch (dice.below(9)) {
      case 0:
        d.resize(dice.below(28));
        break;
      case 1:
        d[24 + dice.below(4)] = octet();
        break;
      case 2:
        d[17] = octet();
        break;
      case 3:
        d[18] = octet();
        break;
      case 4:
        d[19] = octet();
        break;
      case 5:
        std::fill_n(d.begin() + (dice.chance(0.5) ? 8 : 0), 8, std::uint8_t{0});
        break;
      case 6:
        for (unsigned i = 20; i < 24; ++i) d[i] = octet();
        break;
      case 7:
        d.insert(d.begin(), 4, 0);
        break;
      case 8:
        d.insert(d.end(), dice.below(40), octet());
        break;
    }
    return d;
  }

  Bytes encoded(const wire::Payloads& payloads) {
    wire::Header header = init_.header;
    header.spi_i = IkeSpi{dice.next() | 1};
    return wire::encode(header, payloads);
  }

  /// Group B: payloads missing, repeated, unknown, in another order, more than allowed, with lengths of their own.
  Bytes chain() {
    wire::Payloads payloads = init_.payloads;
    switch (dice.below(6)) {
      case 0:
        payloads.erase(payloads.begin() + static_cast<std::ptrdiff_t>(dice.below(payloads.size())));
        break;
      case 1:
        payloads.push_back(payloads[dice.below(payloads.size())]);
        break;
      case 2:
        payloads.push_back(wire::OpaquePayload{octet(), dice.chance(0.5), dice.bytes(dice.below(30))});
        break;
      case 3:
        std::swap(payloads[dice.below(payloads.size())], payloads[dice.below(payloads.size())]);
        break;
      case 4:
        payloads.insert(payloads.end(), wire::max_payloads - 3 + dice.below(6), wire::OpaquePayload{43, false, {}});
        break;
      case 5:
        break;
    }
    Bytes d = encoded(payloads);
    if (dice.chance(0.5) && d.size() > 32)
      d[30 + dice.below(2)] = dice.chance(0.5) ? octet() : static_cast<std::uint8_t>(dice.below(5));
    if (dice.chance(0.2)) {
      d.resize(28 + dice.below(d.size() - 28));
      mend_length(d);
    }
    return d;
  }

  /// Group C: SKF of SAs that are there and that are not, with any number and total.
  Bytes fragment() {
    Bytes d(genuine_.at(2).payload.begin(), genuine_.at(2).payload.begin() + 28);
    if (dice.chance(0.3)) d[dice.below(16)] = octet();
    d[16] = 53;
    d[18] = static_cast<std::uint8_t>(35 + dice.below(3));
    d[23] = static_cast<std::uint8_t>(dice.below(6));
    const std::size_t body = dice.below(80);
    Writer out;
    out.u8(dice.chance(0.5) ? 35 : octet());
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(dice.chance(0.8) ? body + 8 : dice.next()));
    out.u16(static_cast<std::uint16_t>(dice.chance(0.5) ? dice.below(4) : dice.next()));
    out.u16(static_cast<std::uint16_t>(dice.chance(0.5) ? dice.below(4) : dice.next()));
    out.bytes(dice.bytes(body));
    const Bytes payload = out.take();
    d.insert(d.end(), payload.begin(), payload.end());
    mend_length(d);
    return d;
  }

  /// Group E: public values of zero, one, all ones, of other lengths and other groups; nonces of other lengths.
  Bytes key_exchange() {
    wire::Payloads payloads = init_.payloads;
    for (wire::Payload& p : payloads) {
      if (auto* ke = std::get_if<wire::KePayload>(&p)) {
        if (dice.chance(0.5)) ke->data.assign(ke->data.size(), dice.chance(0.5) ? 0 : 0xff);
        if (dice.chance(0.3)) ke->data.resize(dice.below(600), 1);
        if (dice.chance(0.3)) ke->group = static_cast<std::uint16_t>(dice.below(40));
        if (!ke->data.empty() && dice.chance(0.2)) ke->data.back() = 1;
      } else if (auto* nonce = std::get_if<wire::NoncePayload>(&p); nonce && dice.chance(0.3)) {
        nonce->data.resize(dice.below(300), 2);
      }
    }
    return encoded(payloads);
  }

  /// Group F: proposals with transforms missing, doubled, of unknown types and lengths, with SPIs, by the hundred.
  Bytes proposals() {
    wire::Payloads payloads = init_.payloads;
    for (wire::Payload& p : payloads) {
      auto* sa = std::get_if<wire::SaPayload>(&p);
      if (!sa) continue;
      for (wire::Proposal& proposal : sa->proposals) {
        if (dice.chance(0.3)) proposal.spi = dice.bytes(dice.below(12));
        if (dice.chance(0.2)) proposal.protocol = static_cast<wire::Protocol>(octet());
        if (dice.chance(0.2)) proposal.number = octet();
        for (wire::Transform& t : proposal.transforms) {
          if (dice.chance(0.2)) t.type = octet();
          if (dice.chance(0.2)) t.id = static_cast<std::uint16_t>(dice.next());
          if (dice.chance(0.2)) t.key_bits = static_cast<std::uint16_t>(dice.next());
        }
        if (dice.chance(0.3)) proposal.transforms.erase(proposal.transforms.begin());
        if (dice.chance(0.1)) proposal.transforms.insert(proposal.transforms.end(), 200, wire::Transform{1, 12, 256, false});
        if (dice.chance(0.1)) proposal.transforms.clear();
      }
      if (dice.chance(0.2)) sa->proposals.insert(sa->proposals.end(), dice.below(70), sa->proposals.front());
      if (dice.chance(0.1)) sa->proposals.clear();
    }
    return encoded(payloads);
  }

  /// Groups D and N: cookies that nobody gave, NAT detection that lies, and every other notify a first request may hold, by the
  /// dozen and with any data.
  Bytes notifies() {
    wire::Payloads payloads = init_.payloads;
    const std::uint64_t count = dice.below(dice.chance(0.1) ? 60 : 5);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto type = static_cast<NotifyType>(dice.chance(0.8) ? 16384 + dice.below(80) : dice.next() & 0xffff);
      const Bytes data = dice.bytes(dice.below(dice.chance(0.05) ? 2000 : 70));
      const wire::NotifyPayload notify{static_cast<wire::Protocol>(dice.below(5)), dice.bytes(dice.below(10)), type, data};
      payloads.insert(payloads.begin() + static_cast<std::ptrdiff_t>(dice.below(payloads.size() + 1)), notify);
    }
    if (dice.chance(0.3))
      payloads.insert(payloads.begin(),
                      wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::cookie, dice.bytes(dice.below(80))});
    return encoded(payloads);
  }

  /// Group J: genuine messages of the SA under other exchange types, message IDs and flags; their checksums cannot hold.
  Bytes out_of_state() {
    Bytes d = any();
    d[18] = static_cast<std::uint8_t>(34 + dice.below(10));
    d[19] = static_cast<std::uint8_t>(dice.below(2) * 0x20 + dice.below(2) * 0x08);
    d[23] = static_cast<std::uint8_t>(dice.below(5));
    return d;
  }

  std::vector<Flight> genuine_;
  wire::Message init_;
};

class HostileClass : public TwoSites, public ::testing::WithParamInterface<Class> {};

TEST_P(HostileClass, LeavesMemoryFlatAndTheSaUntouched) {
  Site left = site_a(), right = site_b();
  left.child_lifetime = right.child_lifetime = 24h;  // a million datagrams last for hours: no rekey of its own meanwhile
  start(left, right);
  connect();
  Crafter crafter(world.recorded());
  world.record = false;
  const auto before = b->view().ike_sas.at(0);
  const char* number = std::getenv("SALLYPORT_DATAGRAMS");
  const int total = number ? std::atoi(number) : 10'000;
  std::size_t early = 0, octets_in = 0, octets_out = 0;
  bool touched = false;
  for (int i = 0; i < total; ++i) {
    Bytes payload = crafter.craft(GetParam());
    octets_in += payload.size();
    const bool as_peer = crafter.dice.chance(0.25);
    const SocketAddress from = as_peer ? SocketAddress{a->site.wan, 500}
                                       : SocketAddress{IpAddress::v4(0xc6336400u + static_cast<std::uint32_t>(i % 250)), 500};
    Actions out;
    b->endpoint->handle(world.now(), Datagram{{b->site.wan, 500}, from, std::move(payload)}, out);
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (auto* job = std::get_if<StartJob>(&out[k])) {
        const JobId id = job->id;
        Event done = JobDone{id, crypto::run(std::move(job->job), *b->compiled.keys)};
        b->endpoint->handle(world.now(), std::move(done), out);
      } else if (const auto* send = std::get_if<SendDatagram>(&out[k])) {
        octets_out += send->payload.size();
      } else if (const auto* notice = std::get_if<Notice>(&out[k])) {
        world.print(*b, *notice);
      }
      touched |= std::holds_alternative<AddInbound>(out[k]) || std::holds_alternative<RemoveChild>(out[k]);
    }
    if (i % 50 == 0) world.run_for(1s);
    if (i % 1000 == 0) b->endpoint->check_invariants();
    if (i == total / 4) early = octets_allocated();
  }
  EXPECT_LT(octets_allocated(), early + 2'000'000) << "memory grows";
  EXPECT_LE(octets_out, octets_in * 2);
  EXPECT_FALSE(touched);
  world.run_for(400s);
  EXPECT_EQ(b->view().half_open, 0u);
  const auto after = b->view().ike_sas.at(0);
  EXPECT_EQ(after.spi_local, before.spi_local);
  EXPECT_EQ(after.remote, before.remote);
  EXPECT_EQ(after.remote_request_id, before.remote_request_id);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  world.feed(*a, Clear{ClearWhat::ike_sas, std::nullopt});
  world.run_until_idle();
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered) << b->diagnoses();
}

std::string name_of(const ::testing::TestParamInfo<Class>& info) {
  static const std::vector<std::string> names{"Framing",   "Chain",    "Fragments", "KeyExchange",
                                              "Proposals", "Notifies", "OutOfState"};
  return names.at(static_cast<std::size_t>(info.param));
}
INSTANTIATE_TEST_SUITE_P(Classes, HostileClass,
                         ::testing::Values(Class::framing, Class::chain, Class::fragments, Class::key_exchange, Class::proposals,
                                           Class::notifies, Class::out_of_state),
                         name_of);

}  // namespace
}  // namespace sim
