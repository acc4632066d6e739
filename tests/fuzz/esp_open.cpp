// Any octets as ESP packets, and as AH packets with their IPv4 headers. The first octet picks transforms; every packet is also
// sealed again with a right ICV, so that what lies behind the integrity check is reached.
#include <algorithm>
#include <cstdlib>

#include "engine/algorithms.hpp"
#include "kernel/ah.hpp"
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

void look_at_ah(engine::ByteView data) {
  auto sa = parameters(true, data[0] & 2);
  sa.encryption = &engine::authentication_header;
  const auto ends = engine::IpAddress::v4(0xCB00710A);
  auto receiver = kernel::AhInbound::create(sa, 64);
  auto sender = kernel::AhOutbound::create(sa, ends, ends);
  if (!receiver.ok() || !sender.ok()) std::abort();
  engine::Bytes raw(data.begin(), data.end());
  const std::size_t header = std::min<std::size_t>(raw.size(), (raw[0] & 0x0FU) * 4U);
  look_at(receiver->open(std::span(raw).subspan(header), {ends, ends, engine::ByteView(raw).first(header)}));

  engine::Bytes out(20 + sender->sealed_size(data.size()));
  const auto packet = std::span(out).subspan(20);
  std::copy(data.begin(), data.end(), packet.begin() + static_cast<std::ptrdiff_t>(sender->payload_offset()));
  kernel::CipherWork work;
  if (sender->frame(data.size(), data[0], packet, work) != kernel::EspVerdict::ok) std::abort();
  sender->seal({&work, 1});
  kernel::write_header({ends, ends, 51, data[0], packet.size()}, out);
  out[5] = 1;
  const auto opened = receiver->open(packet, {ends, ends, engine::ByteView(out).first(20)});
  if (packet.size() < 65536 - 20 && opened.verdict != kernel::EspVerdict::ok) std::abort();
  look_at(opened);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  look_at_ah({data, size});
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
