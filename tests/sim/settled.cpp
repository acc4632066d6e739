// What must hold once nothing is under way any more.
#include <algorithm>
#include <set>

#include "tests/sim/world.hpp"

namespace sim {

using namespace engine;

namespace {

bool same_pair(const ChildSaView& a, const ChildSaView& b) {
  return a.spi_in == b.spi_out && a.spi_out == b.spi_in && same_traffic(a, b) && a.encryption == b.encryption &&
         a.integrity == b.integrity && a.additional == b.additional;
}

bool same_suite(const IkeSaView& a, const IkeSaView& b) {
  return a.encryption == b.encryption && a.integrity == b.integrity && a.prf == b.prf && a.group == b.group &&
         a.additional == b.additional;
}

std::string text(const IkeSaView& sa) { return "IKE SA " + std::to_string(sa.id.value); }

}  // namespace

void World::compare_pair(const Node& node, const IkeSaView& sa, std::vector<std::string>& problems) const {
  const std::string where = node.name() + " " + text(sa) + ": ";
  if (sa.status != SaStatus::ready) problems.push_back(where + "is not ready");
  for (const auto& other : nodes_) {
    if (other.get() == &node) continue;
    for (const IkeSaView& theirs : other->view().ike_sas) {
      if (theirs.spi_local != sa.spi_remote || theirs.spi_remote != sa.spi_local) continue;
      if (theirs.role == sa.role) problems.push_back(where + "both ends have the same role");
      if (!same_suite(sa, theirs)) problems.push_back(where + "the ends differ in their algorithms");
      if (theirs.local_request_id != sa.remote_request_id) problems.push_back(where + "message IDs of the two ends differ");
      for (const ChildSaView& child : sa.children) {
        if (!child.outbound_installed) problems.push_back(where + "a child without outbound SA");
        if (std::ranges::none_of(theirs.children, [&](const ChildSaView& c) { return same_pair(child, c); }))
          problems.push_back(where + "a child that " + other->name() + " does not have");
      }
      return;
    }
  }
  problems.push_back(where + "no other node has it");
}

void World::compare_plane(const Node& node, const View& view, std::vector<std::string>& problems) const {
  std::size_t children = 0;
  for (const IkeSaView& sa : view.ike_sas) {
    children += sa.children.size();
    for (const ChildSaView& child : sa.children) {
      const auto in = node.plane.inbound().find(child.id), out = node.plane.outbound().find(child.id);
      if (in == node.plane.inbound().end() || in->second.sa.spi != child.spi_in)
        problems.push_back(node.name() + ": a child without its inbound SA in the plane");
      if (out == node.plane.outbound().end() || out->second.sa.spi != child.spi_out)
        problems.push_back(node.name() + ": a child without its outbound SA in the plane");
    }
  }
  if (node.plane.inbound().size() != children) problems.push_back(node.name() + ": orphans among the inbound SAs of the plane");
  if (node.plane.outbound().size() != children) problems.push_back(node.name() + ": orphans among the outbound SAs of the plane");
  for (const auto& [id, out] : node.plane.outbound()) {
    bool found = false;
    for (const auto& other : nodes_)
      for (const auto& [their_id, in] : other->plane.inbound())
        if (other.get() != &node && in.sa.spi == out.sa.spi) found |= mirror(out, in);
    if (!found) problems.push_back(node.name() + ": an outbound SA that no peer's inbound SA mirrors");
  }
}

std::vector<std::string> World::duplicates() const {
  std::vector<std::string> problems;
  for (const auto& node : nodes_) {
    std::set<std::pair<IpAddress, std::string>> peers;
    std::set<std::pair<PolicyLineId, SelectorPair>> lines;
    for (const IkeSaView& sa : node->view().ike_sas) {
      if (!peers.insert({sa.remote.ip, sa.remote_id}).second)
        problems.push_back(node->name() + ": two IKE SAs to " + sa.remote.to_string());
      for (const ChildSaView& child : sa.children)
        if (!lines.insert({child.line, child.selectors}).second)
          problems.push_back(node->name() + ": two Child SAs for " + child.selectors.to_string());
    }
  }
  return problems;
}

std::vector<std::string> World::unsettled() const {
  std::vector<std::string> problems;
  for (const auto& node : nodes_) {
    const View view = node->view();
    if (view.half_open != 0) problems.push_back(node->name() + ": " + std::to_string(view.half_open) + " half-open");
    if (!node->open_jobs.empty()) problems.push_back(node->name() + ": jobs outstanding");
    for (const IkeSaView& sa : view.ike_sas) compare_pair(*node, sa, problems);
    compare_plane(*node, view, problems);
  }
  return problems;
}

}  // namespace sim
