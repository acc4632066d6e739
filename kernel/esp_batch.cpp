#include "kernel/esp_batch.hpp"

namespace kernel {
namespace {

constexpr std::size_t largest_sealed = 65535 + 512;

}  // namespace

EspBatch::EspBatch(EspSockets& sockets, EventMailbox& mailbox)
    : sockets_(sockets), mailbox_(mailbox), buffer_(most_octets + largest_sealed) {}

std::span<std::uint8_t> EspBatch::place(OutboundSa& sa, const OuterPath& path, std::size_t payload) {
  const std::size_t octets = sa.sealer.sealed_size(payload);
  if (count_ > 0 && (sa_ != &sa || count_ == most_packets || used_ + octets > most_octets || path_ != path)) flush();
  if (count_ == 0) {
    sa_ = &sa;
    path_ = path;
  }
  return std::span(buffer_).subspan(used_ + sa.sealer.payload_offset(), payload);
}

void EspBatch::add(std::size_t payload, std::uint8_t next_header, std::size_t inner) {
  const auto verdict = sa_->sealer.frame(payload, next_header, std::span(buffer_).subspan(used_), work_[count_]);
  if (verdict != EspVerdict::ok) return ChildStats::add(sa_->child->stats.errors().send_errors);
  used_ += work_[count_].packet.size();
  ++count_;
  inner_ += inner;
}

void EspBatch::flush() {
  if (count_ == 0) return;
  sa_->sealer.seal({work_.data(), count_});
  std::array<std::span<const std::uint8_t>, most_packets> packets;
  std::size_t sealed = 0;
  for (std::size_t i = 0; i < count_; ++i)
    if (work_[i].done) packets[sealed++] = work_[i].packet;
  const auto sent = sockets_.send(path_, {packets.data(), sealed});
  if (sent.too_big) sa_->mtu_asked = {};  // the kernel has learned something
  ChildStats& stats = sa_->child->stats;
  ChildStats::add(stats.encaps, sent.packets);
  if (sent.packets < count_) ChildStats::add(stats.errors().send_errors, count_ - sent.packets);
  ChildStats::add(stats.encaps_bytes, inner_ / count_ * sent.packets + (sent.packets == count_ ? inner_ % count_ : 0));
  if (const auto kind = sa_->lifetime.spend(inner_, sa_->sealer.sequence(), sa_->sealer.last_sequence()))
    mailbox_.put(engine::Expire{sa_->child->facts.child, *kind});
  used_ = count_ = inner_ = 0;
  sa_ = nullptr;
}

}  // namespace kernel
