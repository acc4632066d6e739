// libFuzzer target of the wire: any octets as a datagram, and as the contents of an SK payload (the first octet names the
// first payload). What parses must encode to something that parses to the same value.
#include <cstdlib>

#include "engine/wire/message.hpp"

namespace {

using namespace engine;

/// The value as an encoder can say it: no encrypted payload, no attribute that was not understood.
wire::Payloads sayable(const wire::Payloads& payloads) {
  wire::Payloads out;
  for (const wire::Payload& payload : payloads) {
    if (std::holds_alternative<wire::EncryptedPayload>(payload)) continue;
    out.push_back(payload);
    auto* sa = std::get_if<wire::SaPayload>(&out.back());
    if (sa == nullptr) continue;
    for (wire::Proposal& proposal : sa->proposals)
      for (wire::Transform& transform : proposal.transforms) transform.unknown_attribute = false;
  }
  return out;
}

void check(bool condition) {
  if (!condition) std::abort();
}

void check_failure(const Failure& failure) {
  check(failure.cause != Cause::none && !failure.why.empty() && failure.data.size() <= 1);
}

void fuzz_datagram(ByteView octets) {
  const auto parsed = wire::parse(octets);
  if (!parsed.ok()) return check_failure(parsed.failure());
  const wire::Payloads payloads = sayable(parsed->payloads);
  const Bytes encoded = wire::encode(parsed->header, payloads);
  check(encoded.size() <= octets.size());
  const auto again = wire::parse(encoded);
  check(again.ok() && again->payloads == payloads && again->header.spi_i == parsed->header.spi_i &&
        again->header.message_id == parsed->header.message_id && again->header.exchange == parsed->header.exchange);
}

void fuzz_contents(ByteView octets) {
  if (octets.empty()) return;
  const auto parsed = wire::parse_payloads(static_cast<wire::PayloadType>(octets[0]), octets.subspan(1));
  if (!parsed.ok()) return check_failure(parsed.failure());
  const wire::Payloads payloads = sayable(*parsed);
  const wire::EncodedPayloads encoded = wire::encode_payloads(payloads);
  const auto again = wire::parse_payloads(encoded.first, encoded.octets);
  check(again.ok() && *again == payloads);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz_datagram({data, size});
  fuzz_contents({data, size});
  return 0;
}
