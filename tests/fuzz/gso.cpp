// Any octets as what TUN hands over: cut into segments, which are put together again. Nothing may touch memory it has not,
// and what was cut must not change by merging and cutting again.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "kernel/gro_merge.hpp"
#include "kernel/gso_cut.hpp"

namespace {

using kernel::GroMerge;
using kernel::GsoCut;
using kernel::VnetHeader;
using Packets = std::vector<engine::Bytes>;

Packets cut_all(const VnetHeader& header, engine::ByteView packet) {
  Packets out;
  const auto cut = GsoCut::make(header, packet);
  for (std::size_t i = 0; cut && i < cut->segments() && i < 200; ++i) {
    out.emplace_back(cut->size(i));
    cut->write(i, out.back());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < sizeof(VnetHeader)) return 0;
  VnetHeader header;
  std::memcpy(&header, data, sizeof header);
  Packets packets = cut_all(header, {data + sizeof header, size - sizeof header});
  std::size_t octets = 0, written = 0;
  for (const auto& packet : packets) octets += packet.size();
  std::size_t count = 0;
  GroMerge merge([&](std::span<const iovec> parts, std::size_t merged) {
    engine::Bytes frame;
    VnetHeader made;
    std::memcpy(&made, parts[0].iov_base, sizeof made);
    for (const iovec& part : parts.subspan(1)) {
      const auto* at = static_cast<const std::uint8_t*>(part.iov_base);
      frame.insert(frame.end(), at, at + part.iov_len);
    }
    const Packets again = cut_all(made, frame);
    if (again.size() != merged) std::abort();
    count += merged;
    for (const auto& packet : again) written += packet.size();
  });
  merge.merge_udp(true);
  for (auto& packet : packets) merge.add(packet);
  merge.flush();
  if (count != packets.size() || written != octets) std::abort();
  return 0;
}
