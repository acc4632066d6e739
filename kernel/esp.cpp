#include "kernel/esp.hpp"

#include <algorithm>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

//  0                   1                   2                   3
//  |               Security Parameters Index (SPI)                 |
//  |                      Sequence Number                          |
//  |                IV, then payload (variable) ...                |
//  |   padding (0-255)             |  Pad Length   | Next Header   |
//  |                Integrity Check Value (variable)               |   RFC 4303, 2
constexpr std::size_t trailer_octets = 2;
constexpr std::uint8_t no_next_header = 59;
constexpr std::uint32_t lowest_spi = 256;

engine::Failure refused(std::string why) { return {engine::NotifyType::none, engine::Cause::install_failed, std::move(why)}; }

std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

// RFC 4303, appendix A2.1.
std::optional<std::uint64_t> ReplayWindow::infer(std::uint32_t low) const {
  if (!extended_) return low;
  const std::uint32_t window = std::max<std::uint32_t>(size_, 64);
  const std::uint32_t top_low = static_cast<std::uint32_t>(top_);
  const std::uint64_t top_high = top_ >> 32;
  const std::uint32_t bottom = top_low - window + 1;
  std::uint64_t high = top_high;
  if (top_low >= window - 1) {
    if (low < bottom) high = top_high + 1;
  } else if (low >= bottom) {
    if (top_high == 0) return std::nullopt;
    high = top_high - 1;
  }
  if (high >> 32) return std::nullopt;
  return high << 32 | low;
}

EspVerdict ReplayWindow::judge(std::uint64_t sequence) const {
  if (size_ == 0) return EspVerdict::ok;
  if (sequence == 0) return EspVerdict::replayed;
  if (sequence > top_) return EspVerdict::ok;
  if (top_ - sequence >= size_) return EspVerdict::below_window;
  return seen_[(sequence / 64) % seen_.size()] >> (sequence % 64) & 1 ? EspVerdict::replayed : EspVerdict::ok;
}

void ReplayWindow::commit(std::uint64_t sequence) {
  if (seen_.empty()) seen_.resize(words());
  if (sequence > top_) {
    const std::uint64_t steps = std::min<std::uint64_t>(sequence / 64 - top_ / 64, seen_.size());
    for (std::uint64_t i = 1; i <= steps; ++i) seen_[(top_ / 64 + i) % seen_.size()] = 0;
    top_ = sequence;
  }
  if (top_ - sequence < size_) seen_[(sequence / 64) % seen_.size()] |= std::uint64_t{1} << (sequence % 64);
}

EspOutbound::EspOutbound(EspCipher cipher, const engine::SaParameters& sa)
    : cipher_(std::move(cipher)), spi_(sa.spi.value), last_sequence_(sa.extended_sequence_numbers ? UINT64_MAX : UINT32_MAX) {}

engine::Result<EspOutbound> EspOutbound::create(const engine::SaParameters& sa, EspCipher::Library library) {
  if (sa.spi.value < lowest_spi) return refused("reserved SPI");
  TRY(auto cipher, EspCipher::create(sa, EspCipher::Direction::seal, library));
  return EspOutbound(std::move(cipher), sa);
}

std::size_t EspOutbound::sealed_size(std::size_t payload) const {
  return esp_header_octets + cipher_.iv_octets() + round_up(payload + trailer_octets, cipher_.text_alignment()) +
         cipher_.icv_octets();
}

std::size_t EspOutbound::payload_limit(std::size_t limit) const {
  const std::size_t fixed = esp_header_octets + cipher_.iv_octets() + cipher_.icv_octets();
  if (limit < fixed) return 0;
  const std::size_t text = (limit - fixed) / cipher_.text_alignment() * cipher_.text_alignment();
  return text < trailer_octets ? 0 : text - trailer_octets;
}

std::size_t EspOutbound::payload_offset() const { return esp_header_octets + cipher_.iv_octets(); }

EspVerdict EspOutbound::frame(std::size_t payload, std::uint8_t next_header, std::span<std::uint8_t> out, CipherWork& work) {
  if (sequence_ >= last_sequence_) return EspVerdict::sequence_exhausted;
  const std::size_t length = sealed_size(payload);
  if (out.size() < length) return EspVerdict::no_room;
  ++sequence_;
  put_u32(out.data(), spi_);
  put_u32(out.data() + 4, static_cast<std::uint32_t>(sequence_));
  std::uint8_t* trailer = out.data() + length - cipher_.icv_octets() - trailer_octets;
  std::uint8_t padding = 0;
  for (std::uint8_t* at = out.data() + payload_offset() + payload; at < trailer; ++at) *at = ++padding;
  trailer[0] = padding;
  trailer[1] = next_header;
  work = {out.first(length), sequence_};
  return EspVerdict::ok;
}

EspOutbound::Sealed EspOutbound::seal(engine::ByteView payload, std::uint8_t next_header, std::span<std::uint8_t> out) {
  CipherWork work;
  if (out.size() < sealed_size(payload.size())) return {EspVerdict::no_room};
  std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(payload_offset()));
  if (const auto verdict = frame(payload.size(), next_header, out, work); verdict != EspVerdict::ok) return {verdict};
  seal({&work, 1});
  return work.done ? Sealed{EspVerdict::ok, work.packet.size()} : Sealed{EspVerdict::cipher_failed};
}

engine::Result<EspInbound> EspInbound::create(const engine::SaParameters& sa, std::uint32_t replay_window,
                                              EspCipher::Library library) {
  if (sa.spi.value < lowest_spi) return refused("reserved SPI");
  if (replay_window > ReplayWindow::max_size) return refused("replay window above 1024 packets");
  TRY(auto cipher, EspCipher::create(sa, EspCipher::Direction::open, library));
  return EspInbound(std::move(cipher), ReplayWindow(replay_window, sa.extended_sequence_numbers));
}

EspVerdict EspInbound::admit(std::span<std::uint8_t> packet, CipherWork& work) const {
  const std::size_t around = esp_header_octets + cipher_.iv_octets() + cipher_.icv_octets();
  if (packet.size() < around + trailer_octets) return EspVerdict::too_short;
  if ((packet.size() - around) % cipher_.text_alignment() != 0) return EspVerdict::bad_length;
  const auto sequence = window_.infer(get_u32(packet.data() + 4));
  if (!sequence) return EspVerdict::below_window;
  work = {packet, *sequence};
  return window_.judge(*sequence);
}

EspInbound::Opened EspInbound::finish(const CipherWork& work) {
  if (!work.done) return {EspVerdict::bad_integrity};
  // Again: the packets opened together with this one may have moved the window.
  if (const auto verdict = window_.judge(work.sequence); verdict != EspVerdict::ok) return {verdict};
  window_.commit(work.sequence);

  const std::size_t before = esp_header_octets + cipher_.iv_octets();
  const auto text = work.packet.subspan(before, work.packet.size() - before - cipher_.icv_octets());
  const std::uint8_t next_header = text.back();
  const std::size_t padding = text[text.size() - trailer_octets];
  if (padding + trailer_octets > text.size()) return {EspVerdict::bad_padding};
  const auto payload = text.first(text.size() - trailer_octets - padding);
  for (std::size_t i = 0; i < padding; ++i)
    if (text[payload.size() + i] != i + 1) return {EspVerdict::bad_padding};
  return {next_header == no_next_header ? EspVerdict::dummy : EspVerdict::ok, next_header, payload};
}

void EspInbound::open(std::span<Opening> packets) {
  for (; !packets.empty(); packets = packets.subspan(std::min(packets.size(), most_at_once)))
    open_some(packets.first(std::min(packets.size(), most_at_once)));
}

void EspInbound::open_some(std::span<Opening> packets) {
  std::array<CipherWork, most_at_once> works;
  std::size_t admitted = 0;
  for (Opening& one : packets) {
    one.opened = {admit(one.packet, works[admitted])};
    if (one.opened.verdict == EspVerdict::ok) ++admitted;
  }
  cipher_.open({works.data(), admitted});
  const CipherWork* work = works.data();
  for (Opening& one : packets)
    if (one.opened.verdict == EspVerdict::ok) one.opened = finish(*work++);
}

EspInbound::Opened EspInbound::open(std::span<std::uint8_t> packet) {
  Opening one{packet};
  open({&one, 1});
  return one.opened;
}

}  // namespace kernel
