// A simulated run told line by line, for who looks at a seed that failed.
#include <cstdio>

#include "tests/sim/world.hpp"

namespace sim {

using namespace engine;

namespace {

std::string hex(EspSpi spi) {
  Writer out;
  out.u32(spi.value);
  return to_hex(out.view());
}
std::string text(ChildSaId child) { return "child " + std::to_string(child.value); }

}  // namespace

void World::narrate() {
  narrating_ = true;
  if (!tap) tap = std::make_unique<Wiretap>();
}

void World::tell(const Node& node, const std::string& what) const {
  std::printf("%6llu %10.3f  %s  %s\n", static_cast<unsigned long long>(steps),
              static_cast<double>(now_.time_since_epoch().count()) / 1e6, node.name().c_str(), what.c_str());
}

void World::tell(const Node& node, const Action& action) const {
  if (const auto* send = std::get_if<SendDatagram>(&action)) {
    tap->watch(send->payload);
    tell(node, arrow({send->local, send->remote, send->payload}) + " " + tap->describe(send->payload));
  } else if (const auto* in = std::get_if<AddInbound>(&action)) {
    tell(node, "+ in  " + hex(in->sa.spi) + " " + text(in->facts.child));
  } else if (const auto* out = std::get_if<AddOutbound>(&action)) {
    tell(node, "+ out " + hex(out->sa.spi) + " " + text(out->facts.child));
  } else if (const auto* remove = std::get_if<RemoveChild>(&action)) {
    tell(node, "- " + text(remove->child));
  } else if (const auto* job = std::get_if<StartJob>(&action)) {
    tell(node, "job " + std::to_string(job->id.value));
  } else if (const auto* notice = std::get_if<Notice>(&action)) {
    if (notice->kind == NoticeKind::datagram_dropped || notice->kind == NoticeKind::negotiation_failed)
      tell(node, "! " + notice->text);
  }
}

}  // namespace sim
