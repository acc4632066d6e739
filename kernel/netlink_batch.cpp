#include "kernel/netlink_batch.hpp"

#include <utility>

namespace kernel {
namespace {

// libnl gives a socket a send buffer of 64 KB; what does not fit into it at once is refused.
constexpr std::size_t most_octets = 32 * 1024;
constexpr std::size_t most_messages = 256;

}  // namespace

void NetlinkBatch::add(NetlinkMessage message, Refused refused) {
  const std::size_t size = message.octets().size();
  if (!messages_.empty() && (octets_ + size > most_octets || messages_.size() == most_messages)) send();
  octets_ += size;
  messages_.push_back(std::move(message));
  refused_.push_back(std::move(refused));
}

void NetlinkBatch::send() {
  if (messages_.empty()) return;
  socket_.request_all(messages_, [this](std::size_t index, const Refusal& refusal) { refused_[index](refusal); });
  messages_.clear();
  refused_.clear();
  octets_ = 0;
}

}  // namespace kernel
