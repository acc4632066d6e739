// Any octets as ESP packets. The first octet picks transforms; every packet is also sealed again with a right ICV, so that
// what lies behind the integrity check is reached.
#include <algorithm>
#include <cstdlib>

#include "engine/algorithms.hpp"
#include "kernel/esp.hpp"
#include "kernel/esp_tun_packet.hpp"

namespace {

using engine::TransformType;

engine::SaParameters parameters(bool cbc, bool esn) {
  engine::SaParameters out;
  out.spi = {0x1234};
  out.encryption = engine::find_algorithm(TransformType::encryption, cbc ? 12 : 20, 256);
  out.integrity = cbc ? engine::find_algorithm(TransformType::integrity, 12, 0) : nullptr;
  out.extended_sequence_numbers = esn;
  out.key_encryption = engine::Secret(engine::Bytes(out.encryption->key_octets, 1));
  if (cbc) out.key_integrity = engine::Secret(engine::Bytes(32, 2));
  return out;
}

void look_at(const kernel::EspInbound::Opened& opened) {
  if (opened.verdict != kernel::EspVerdict::ok) return;
  auto payload = opened.payload;
  if (const auto facts = kernel::inspect(payload)) {
    if (facts->total_length > payload.size()) std::abort();
    kernel::merge_ecn(payload.first(facts->total_length), payload[0]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto sa = parameters(data[0] & 1, data[0] & 2);
  const auto library = data[0] & 4 ? kernel::EspCipher::Library::openssl : kernel::EspCipher::Library::fastest;
  auto receiver = kernel::EspInbound::create(sa, 64, library);
  auto sender = kernel::EspOutbound::create(sa, library);
  auto cipher = kernel::EspCipher::create(sa, kernel::EspCipher::Direction::seal, library);
  if (!receiver.ok() || !sender.ok() || !cipher.ok()) std::abort();

  engine::Bytes raw(data + 1, data + size);
  look_at(receiver->open(raw));

  engine::Bytes out(sender->sealed_size(size - 1));
  const auto sealed = sender->seal({data + 1, size - 1}, data[0], out);
  if (sealed.verdict != kernel::EspVerdict::ok) std::abort();
  look_at(receiver->open(std::span(out).first(sealed.length)));

  // The octets as the whole text, trailer included.
  const std::size_t before = 8 + cipher->iv_octets();
  const std::size_t text = std::max<std::size_t>(1, size / cipher->text_alignment()) * cipher->text_alignment();
  engine::Bytes packet(before + text + cipher->icv_octets());
  std::copy_n(data, std::min(size, text), packet.begin() + static_cast<std::ptrdiff_t>(before));
  packet[2] = 0x12, packet[3] = 0x34, packet[7] = 9;
  kernel::CipherWork work{packet, 9};
  cipher->seal({&work, 1});
  if (!work.done) std::abort();
  look_at(receiver->open(packet));
  return 0;
}
