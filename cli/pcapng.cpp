#include "cli/pcapng.hpp"

namespace cli {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, enhanced_packet = 6;
constexpr std::uint16_t raw_ip = 101;  // LINKTYPE_RAW

/// A block says its own length in front and behind; numbers are big-endian, which its section's first word tells.
void append_block(engine::Writer& out, std::uint32_t type, engine::ByteView body) {
  const std::size_t padding = (4 - body.size() % 4) % 4;
  const auto length = static_cast<std::uint32_t>(12 + body.size() + padding);
  out.u32(type);
  out.u32(length);
  out.bytes(body);
  out.zeros(padding);
  out.u32(length);
}

}  // namespace

std::string pcapng(const std::vector<kernel::CapturedPacket>& packets) {
  engine::Writer out, section, interface;
  section.u32(0x1a2b3c4d);
  section.u16(1);  // version 1.0
  section.u16(0);
  section.u64(0xffffffffffffffff);  // its length is not told
  append_block(out, section_header, section.view());
  interface.u16(raw_ip);
  interface.u16(0);
  interface.u32(0);  // no packet is cut
  append_block(out, interface_description, interface.view());
  for (const kernel::CapturedPacket& packet : packets) {
    engine::Writer body;
    body.u32(0);                    // the one interface
    body.u64(packet.microseconds);  // the default resolution
    body.u32(static_cast<std::uint32_t>(packet.octets.size()));
    body.u32(static_cast<std::uint32_t>(packet.octets.size()));
    body.bytes(packet.octets);
    append_block(out, enhanced_packet, body.view());
  }
  const engine::ByteView file = out.view();
  return {file.begin(), file.end()};
}

}  // namespace cli
