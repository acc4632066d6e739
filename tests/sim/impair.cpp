#include "tests/sim/impair.hpp"

namespace sim {

using namespace engine;

namespace {

Bytes say_again(Wiretap& tap, const Bytes& original, bool is_protected, Utterance& u) {
  wire::EncodedPayloads encoded = wire::encode_payloads(u.payloads);
  if (u.chain) u.chain(encoded.first, encoded.octets);
  Bytes out;
  if (is_protected) {
    out = tap.seal({u.header, encoded.first, std::move(encoded.octets)}, u.head);
  } else {
    out.assign(original.begin(), original.begin() + wire::header_octets);
    out[16] = static_cast<std::uint8_t>(encoded.first);
    out.insert(out.end(), encoded.octets.begin(), encoded.octets.end());
    for (unsigned i = 0; i < 4; ++i) out[24 + i] = static_cast<std::uint8_t>(out.size() >> (24 - 8 * i));
    if (u.head) u.head(out);
  }
  if (u.datagram) u.datagram(out);
  return out;
}

using Applies = std::function<bool(const Flight&, const wire::Header&)>;

/// `first`: the first time that so many messages are sent; 0: always.
void alter(World& world, Applies applies, unsigned first, std::function<void(Utterance&, const Flight&)> change) {
  if (!world.tap) world.tap = std::make_unique<Wiretap>();
  auto said = std::make_shared<std::map<Bytes, std::vector<Bytes>>>();
  world.alter = [&world, applies = std::move(applies), first, change = std::move(change),
                 said](const Flight& flight) -> std::vector<Flight> {
    const auto header = wire::parse_header(flight.payload);
    if (flight.keepalive || !header.ok() || !applies(flight, *header)) return {flight};
    // What is sent again is said as it was the first time.
    auto known = said->find(flight.payload);
    if (known == said->end()) {
      const bool is_protected = header->exchange != wire::ExchangeType::ike_sa_init;
      if (first != 0 && said->size() >= first) return {flight};
      if (is_protected && !world.tap->open(flight.payload)) return {flight};
      Utterance u{*header, world.tap->payloads(flight.payload), {}, {}, {}, 1};
      change(u, flight);
      const std::vector<Bytes> words(u.copies, u.copies ? say_again(*world.tap, flight.payload, is_protected, u) : Bytes{});
      known = said->emplace(flight.payload, words).first;
    } else if (first != 0) {
      return {flight};  // the first time only
    }
    std::vector<Flight> out;
    for (const Bytes& words : known->second) out.push_back({flight.from, flight.to, words, false});
    return out;
  };
}

}  // namespace

void impair(World& world, const Node& node, const Which& which, Change change) {
  const auto applies = [&node, which](const Flight& flight, const wire::Header& header) {
    return node.owns(flight.from.ip) && header.exchange == which.exchange && header.response == which.response;
  };
  alter(world, applies, which.first, [change = std::move(change)](Utterance& u, const Flight&) { change(u); });
}

void impair(World& world, std::function<void(Utterance&, const Flight&)> change) {
  alter(
      world, [](const Flight&, const wire::Header& header) { return header.exchange != wire::ExchangeType::ike_sa_init; }, 0,
      std::move(change));
}

void mend(World& world) { world.alter = nullptr; }

}  // namespace sim
