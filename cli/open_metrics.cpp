#include "cli/open_metrics.hpp"

#include <utility>

namespace cli {
namespace {

void add(LineTraffic& to, const kernel::ChildCounters& counters) {
  to.in += counters.decaps_bytes;
  to.out += counters.encaps_bytes;
  to.packets_in += counters.decaps;
  to.packets_out += counters.encaps;
}

/// A label's value: quotes, backslashes and line ends are escaped, and what is not printable ASCII is \xNN first.
std::string label(std::string_view name, std::string_view value) {
  std::string out = std::string(name) + "=\"";
  for (const char c : escaped(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Exposition {
 public:
  /// The head of a family; its samples follow.
  void family(std::string_view name, std::string_view type, std::string_view help, std::string_view unit = {}) {
    name_ = name;
    text_ += "# TYPE " + name_ + " " + std::string(type) + "\n";
    if (!unit.empty()) text_ += "# UNIT " + name_ + " " + std::string(unit) + "\n";
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
  }
  void sample(std::string_view suffix, const std::string& labels, const std::string& value) {
    text_ += name_ + std::string(suffix) + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
  }
  void gauge(const std::string& labels, std::uint64_t value) { sample("", labels, std::to_string(value)); }
  void counter(const std::string& labels, std::uint64_t value) { sample("_total", labels, std::to_string(value)); }
  std::string take() { return std::move(text_) + "# EOF\n"; }

 private:
  std::string name_, text_;
};

std::string seconds(engine::Duration time) {
  const auto micro = static_cast<std::uint64_t>(time.count());
  std::string fraction = std::to_string(micro % 1000000);
  fraction.insert(0, 6 - fraction.size(), '0');
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return std::to_string(micro / 1000000) + "." + fraction;
}

void write_tunnels(Exposition& out, const ShowFacts& facts, const GatewayStatus& status) {
  struct Row {
    std::string labels;
    bool up;
    LineTraffic octets;
  };
  std::vector<Row> rows;
  auto tunnel = status.tunnels.begin();
  for (const auto& line : facts.view.lines) {
    if (line.action != engine::AclAction::permit) continue;
    const auto counted = facts.traffic.find(line.id);
    const std::string peer = tunnel->peer_name.empty() ? tunnel->peer.to_string() : tunnel->peer_name;
    rows.push_back({label("interface", tunnel->interface) + "," + label("map", tunnel->map) + "," +
                        label("sequence", std::to_string(tunnel->sequence)) + "," + label("peer", peer) + "," +
                        label("selectors", tunnel->selectors),
                    tunnel->up, counted == facts.traffic.end() ? LineTraffic{} : counted->second});
    ++tunnel;
  }
  out.family("sallyport_tunnel_up", "gauge", "Whether an IPsec SA carries what the line of the access list protects.");
  for (const Row& row : rows) out.gauge(row.labels, row.up ? 1 : 0);
  const auto counters = [&](std::string_view name, std::string_view help, std::string_view unit,
                            std::uint64_t LineTraffic::*which) {
    out.family(name, "counter", help, unit);
    for (const Row& row : rows) out.counter(row.labels, row.octets.*which);
  };
  counters("sallyport_tunnel_received_bytes", "Octets of packets that came through the tunnel.", "bytes", &LineTraffic::in);
  counters("sallyport_tunnel_sent_bytes", "Octets of packets that were sent through the tunnel.", "bytes", &LineTraffic::out);
  counters("sallyport_tunnel_received_packets", "Packets that came through the tunnel.", "packets", &LineTraffic::packets_in);
  counters("sallyport_tunnel_sent_packets", "Packets that were sent through the tunnel.", "packets", &LineTraffic::packets_out);
}

void write_causes(Exposition& out, std::string_view name, std::string_view help, const auto& by_cause) {
  out.family(name, "counter", help);
  for (const auto& text : engine::cause_texts)
    if (text.cause != engine::Cause::none) out.counter(label("cause", text.name), by_cause[static_cast<std::size_t>(text.cause)]);
}

void write_setups(Exposition& out, const SetupTimes& times) {
  out.family("sallyport_setup_seconds", "histogram",
             "From the first IKE_SA_INIT request to the IKE SA, of negotiations that this gateway began.", "seconds");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < times.counts.size(); ++i) {
    below += times.counts[i];
    const bool last = i == SetupTimes::bounds.size();
    out.sample("_bucket", label("le", last ? "+Inf" : seconds(SetupTimes::bounds[i])), std::to_string(below));
  }
  out.sample("_count", {}, std::to_string(below));
  out.sample("_sum", {}, seconds(times.sum));
}

}  // namespace

void TrafficTotals::child_removed(engine::ChildSaId child, const kernel::ChildCounters& last) {
  const engine::PolicyLineId* line = line_of_.find(child);
  if (!line) return;
  add(gone_[*line], last);
  line_of_.erase(child);
}

void TrafficTotals::add_now(ShowFacts& facts, const engine::View& slice) const {
  for (const auto& ike : slice.ike_sas)
    for (const auto& child : ike.children)
      if (const auto counted = facts.counters.find(child.id); counted != facts.counters.end())
        add(facts.traffic[child.line], counted->second);
  for (const auto& line : slice.lines)
    if (const auto gone = gone_.find(line.id); gone != gone_.end()) {
      LineTraffic& sum = facts.traffic[line.id];
      sum.in += gone->second.in;
      sum.out += gone->second.out;
      sum.packets_in += gone->second.packets_in;
      sum.packets_out += gone->second.packets_out;
    }
}

void TrafficTotals::keep_only(const std::vector<engine::PolicyLineView>& lines) {
  if (gone_.size() <= lines.size()) return;
  std::unordered_map<engine::PolicyLineId, LineTraffic> kept;
  for (const auto& line : lines)
    if (const auto found = gone_.find(line.id); found != gone_.end()) kept.insert(*found);
  gone_ = std::move(kept);
}

std::string open_metrics(const ShowFacts& facts, const SystemFacts& system) {
  const GatewayStatus status = gateway_status(facts, system);
  Exposition out;
  out.family("sallyport_ike_sas", "gauge", "IKE SAs that are up.");
  out.gauge({}, status.ike_sas);
  out.family("sallyport_half_open", "gauge", "Negotiations that others began and that are not authenticated yet.");
  out.gauge({}, status.half_open);
  write_tunnels(out, facts, status);
  out.family("sallyport_ike_sas_created", "counter", "IKE SAs that came up.");
  out.counter(label("began", "here"), facts.ike_totals.created_outgoing);
  out.counter(label("began", "peer"), facts.ike_totals.created_incoming);
  auto failures = facts.ike_totals.failures;
  for (std::size_t i = 0; i < failures.size(); ++i) failures[i] += facts.view.untold[i];
  write_causes(out, "sallyport_failures", "Negotiations that failed.", failures);
  write_causes(out, "sallyport_dropped_datagrams", "IKE datagrams that were dropped.", facts.view.dropped);
  out.family("sallyport_retransmissions", "counter", "IKE messages that were sent again.");
  out.counter({}, facts.ike_totals.retransmissions);
  out.family("sallyport_unknown_spi_packets", "counter", "ESP packets of no SA.", "packets");
  out.counter({}, facts.unknown_spi);
  out.family("sallyport_clear_packets", "counter", "Packets that came in clear and had to be protected, dropped.", "packets");
  for (const auto& [interface, count] : facts.clear_dropped) out.counter(label("interface", interface), count);
  write_setups(out, facts.ike_totals.setups);
  return out.take();
}

}  // namespace cli
