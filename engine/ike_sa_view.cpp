// What `show` sees of an IKE SA, and what must always hold of one.
#include <cstdio>
#include <cstdlib>

#include "engine/turn.hpp"

namespace engine {
namespace {

void show_suite(IkeSaView& view, const crypto::IkeSuite& suite) {
  view.encryption = suite.encryption;
  view.integrity = suite.integrity;
  view.prf = suite.prf;
  view.group = suite.group;
  view.additional = suite.additional;
}

void show_profile(IkeSaView& view, const IkeProfile& profile) {
  view.profile = profile.name;
  view.auth_local = profile.auth_local;
  view.auth_remote = profile.auth_remote.first();
  view.lifetime = profile.lifetime;
  view.dpd_interval = profile.dpd_interval;
  view.dpd_retry = profile.dpd_retry;
}

ChildSaView view_of(const ChildSa& child, bool encapsulated, Time now) {
  ChildSaView out;
  out.id = child.id;
  out.line = child.line;
  out.interface = child.interface;
  out.map = child.entry->map;
  out.sequence = child.entry->sequence;
  out.selectors = child.selectors;
  out.spi_in = child.spi_in;
  out.spi_out = child.spi_out;
  out.encryption = child.encryption;
  out.integrity = child.integrity;
  out.pfs_group = child.group;
  if (child.additional) out.additional = *child.additional;
  out.mode = child.mode;
  out.udp_encapsulated = encapsulated;
  out.extended_sequence_numbers = child.extended_sequence_numbers;
  out.outbound_installed = child.sending;
  out.pfs_wanted = child.entry->pfs_group;
  out.replay_window = child.entry->replay_window;
  out.age = now - child.created;
  out.lifetime = child.entry->lifetime;
  out.lifetime_kilobytes = child.entry->lifetime_kilobytes;
  return out;
}

}  // namespace

IkeSaView IkeSa::view(Time now) const {
  IkeSaView out;
  out.id = id;
  out.local = path.local;
  out.remote = path.remote;
  out.local_end = ends.local;
  out.peer_end = ends.remote;
  out.role = role;
  out.spi_local = spi_local();
  out.spi_remote = role == Role::initiator ? spi_r : spi_i;
  out.interface = interface;
  out.age = now - created;
  out.local_request_id = own.next().value;
  if (!own.none()) out.tries = own.open().front().sent;
  out.remote_request_id = theirs.lowest().value;
  out.local_window = theirs.window;
  out.remote_window = own.window;
  out.fragmentation = abilities.fragments;
  out.nat_local = path.nat_local;
  out.mobike = mobike.has_value();
  out.single_pair = established() && established()->single_pair;
  out.nat_remote = path.nat_remote;
  if (const auto* auth = std::get_if<exchange::IkeAuthRequest>(&state)) {
    show_suite(out, auth->channel.suite());
    show_profile(out, *auth->profile);
  } else if (const auto* answer = std::get_if<exchange::IkeAuthAnswer>(&state)) {
    show_suite(out, answer->channel.suite());
  } else if (const Established* up = established()) {
    out.status = up->replaced ? SaStatus::deleting : SaStatus::ready;
    show_suite(out, up->channel.suite());
    show_profile(out, *up->profile);
    out.auth_local = up->birth.local_method;
    out.auth_remote = up->birth.remote_method;
    out.policy = up->policy;
    out.ppk = up->ppk;
    out.keyring_peer = up->keyring_peer;
    out.local_id = up->local.to_string();
    out.remote_id = up->remote.to_string();
    out.eap_user = up->user();
    if (up->access) out.access_interface = up->access->interface;
    for (const Prefix& given : up->access ? up->access->assigned : std::vector<Prefix>{}) out.assigned.push_back(given.address);
    for (const ChildSa& child : up->children) out.children.push_back(view_of(child, path.encapsulated(), now));
  } else if (const auto* deleting = std::get_if<Deleting>(&state)) {
    out.status = SaStatus::deleting;
    show_suite(out, deleting->channel.suite());
    show_profile(out, *deleting->profile);
    out.local_id = deleting->local.to_string();
    out.remote_id = deleting->remote.to_string();
  }
  return out;
}

void IkeSa::check_invariants() const {
  const auto must = [&](bool holds, const char* what) {
    if (holds) return;
    std::fputs((std::string("IKE SA ") + std::to_string(id.value) + ": " + what + "\n").c_str(), stderr);
    std::abort();
  };
  must(id.value != 0 && spi_local().value != 0, "an SA has an id and an SPI of ours");
  must(own.open().size() <= own.window, "no more requests than the peer's window allows");
  const bool outstanding = !own.none();
  if (const auto* init = std::get_if<exchange::IkeSaInitRequest>(&state)) {
    must(role == Role::initiator, "only an initiator asks");
    using Stage = exchange::IkeSaInitRequest::Stage;
    must((init->stage == Stage::awaiting_answer) != request_job.has_value(), "IKE_SA_INIT waits for an answer or a job");
    // While another public value is made, an answer to what was asked before may still come.
    must(init->stage == Stage::making_public_value || outstanding != request_job.has_value(),
         "IKE_SA_INIT is open while its answer is awaited");
  } else if (std::holds_alternative<exchange::IkeSaInitAnswer>(state)) {
    must(role == Role::responder && !outstanding && !request_job, "a responder asks nothing before authentication");
  } else if (std::holds_alternative<exchange::IkeIntermediateRequest>(state)) {
    must(outstanding != request_job.has_value(), "IKE_INTERMEDIATE waits for an answer or a job");
  } else if (std::holds_alternative<exchange::IkeAuthRequest>(state)) {
    must(outstanding != request_job.has_value(), "IKE_AUTH waits for an answer or a job");
  } else if (const auto* auth = std::get_if<exchange::IkeAuthAnswer>(&state)) {
    using Stage = exchange::EapAnswer::Stage;
    const bool asked = auth->eap && (auth->eap->stage == Stage::talking || auth->eap->stage == Stage::awaiting_proof);
    must(answer_job.has_value() != asked, "an answer to IKE_AUTH waits for a job, or the peer's next message of EAP");
  } else if (const Established* up = established()) {
    must(up->profile != nullptr, "an established SA has a profile");
    must(!request_job && !answer_job, "jobs of an established SA belong to its exchanges");
    std::size_t sent = 0;
    for (const OpenRequest& open : up->requesting) {
      must(open.job.has_value() != open.message.has_value(), "an open request waits for an answer or a job");
      sent += open.message.has_value();
    }
    must(sent == own.open().size(), "what is sent again belongs to an open request");
    must(up->requesting.size() == 1 || !up->has_request<exchange::RekeyIkeRequest>(), "a rekey of the IKE SA runs alone");
    const auto computed = std::count_if(up->answering.begin(), up->answering.end(), [](const OpenAnswer& a) { return a.job; });
    must(static_cast<std::size_t>(computed) <= theirs.window, "no more requests are answered than our window allows");
    for (const ChildSa& child : up->children)
      must(child.spi_in.value >= 256 && child.spi_out.value >= 256, "SPIs below 256 are reserved");
  } else if (std::holds_alternative<Deleting>(state)) {
    must(outstanding && !request_job && !answer_job, "a deleting SA waits for an answer of the peer and nothing else");
  } else {
    must(!outstanding && !request_job && !answer_job, "what is over has nothing open");
  }
}

}  // namespace engine
