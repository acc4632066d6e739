#include "engine/ike_sa.hpp"

#include <algorithm>

#include "engine/duplicates.hpp"
#include "engine/exchange/addresses.hpp"
#include "engine/pfs.hpp"
#include "engine/reauthentication.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

constexpr Duration linger_time = std::chrono::seconds(10);
constexpr std::uint32_t max_lingering = 1000;
constexpr Duration first_left_out = std::chrono::seconds(2), longest_left_out = std::chrono::minutes(5);

template <class T>
bool holds(const State& state) {
  return std::holds_alternative<T>(state);
}

Time not_before(const Task& task) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.not_before; })
          return what.not_before;
        else
          return Time{};
      },
      task);
}

/// A rekey of the IKE SA that could start now if nothing were open: what is behind it must not keep it waiting for ever.
bool holds_up(const Task& task) {
  const auto* rekey = std::get_if<RekeyIkeTask>(&task);
  return rekey && rekey->not_before == Time{};
}

/// When the peer is to be asked whether it lives: an interval after its last sign of life; on demand only if something was
/// sent since. Whatever is asked soon anyway shows it, too.
std::optional<Time> liveness_due(const Established& up) {
  const IkeProfile& profile = *up.profile;
  if (up.replaced || profile.dpd_interval.count() == 0 || !up.requesting.empty() || !nothing_to_ask(up)) return std::nullopt;
  if (!profile.dpd_periodic && up.last_outbound <= up.last_inbound) return std::nullopt;
  return up.last_inbound + profile.dpd_interval;
}

bool before_authentication(const State& state) {
  return holds<exchange::IkeSaInitAnswer>(state) || holds<exchange::IkeAuthAnswer>(state);
}

}  // namespace

bool Established::deletes(ChildSaId child) {
  return find_request<exchange::InformationalRequest>([&](const exchange::InformationalRequest& r) {
           return std::find(r.deletes.begin(), r.deletes.end(), child) != r.deletes.end();
         }) != nullptr;
}

JobId IkeSa::start_job(Turn& turn, crypto::Job job) {
  const JobId started{++turn.core.last_job};
  turn.core.jobs[started] = id;
  turn.emit(StartJob{started, std::move(job)});
  return started;
}

void IkeSa::start_request_job(Turn& turn, crypto::Job job) { request_job = start_job(turn, std::move(job)); }
void IkeSa::start_answer_job(Turn& turn, crypto::Job job) { answer_job = start_job(turn, std::move(job)); }

void IkeSa::compute(Turn& turn, Request what, crypto::Job job) {
  established()->requesting.push_back({std::move(what), start_job(turn, std::move(job)), std::nullopt});
}

void IkeSa::compute(Turn& turn, PeerRequest what, crypto::Job job) {
  established()->answering.push_back({std::move(what), start_job(turn, std::move(job))});
}

void IkeSa::await_followup(Turn& turn, PeerRequest what) {
  established()->answering.push_back({std::move(what), std::nullopt, turn.now + exchange::followup_wait});
}

void IkeSa::ask(Turn& turn, Request what, wire::ExchangeType exchange, const wire::Payloads& payloads) {
  established()->requesting.push_back({std::move(what), std::nullopt, own.next()});
  request(turn, exchange, payloads);
}

void IkeSa::forget_jobs(Turn& turn) {
  for (auto* job : {&request_job, &answer_job})
    if (*job) {
      turn.core.jobs.erase(**job);
      job->reset();
    }
  if (Established* up = established()) {
    for (const OpenRequest& open : up->requesting)
      if (open.job) turn.core.jobs.erase(*open.job);
    for (const OpenAnswer& open : up->answering)
      if (open.job) turn.core.jobs.erase(*open.job);
    std::erase_if(up->requesting, [](const OpenRequest& open) { return open.job.has_value(); });
    up->answering.clear();
  }
}

void IkeSa::job_done(Turn& turn, JobId job, crypto::JobResult result) {
  turn.touch(id);
  if (Established* up = established()) {
    const auto ours =
        std::find_if(up->requesting.begin(), up->requesting.end(), [&](const OpenRequest& r) { return r.job == job; });
    const auto theirs_open =
        std::find_if(up->answering.begin(), up->answering.end(), [&](const OpenAnswer& a) { return a.job == job; });
    if (ours != up->requesting.end()) {
      Request what = std::move(ours->what);
      up->requesting.erase(ours);
      if (auto* rekey = std::get_if<exchange::RekeyIkeRequest>(&what))
        exchange::rekey_ike_sa::resume_request(turn, *this, std::move(*rekey), std::move(result));
      else if (auto* create = std::get_if<exchange::CreateChildRequest>(&what))
        exchange::create_child_sa::resume_request(turn, *this, std::move(*create), std::move(result));
    } else if (theirs_open != up->answering.end()) {
      PeerRequest what = std::move(theirs_open->what);
      up->answering.erase(theirs_open);
      if (auto* rekey = std::get_if<exchange::RekeyIkeAnswer>(&what))
        exchange::rekey_ike_sa::resume_answer(turn, *this, std::move(*rekey), std::move(result));
      else
        exchange::create_child_sa::resume_answer(turn, *this, std::get<exchange::CreateChildAnswer>(std::move(what)),
                                                 std::move(result));
    }
    return proceed(turn);
  }
  (request_job == job ? request_job : answer_job).reset();
  if (holds<exchange::IkeSaInitRequest>(state) || holds<exchange::IkeSaInitAnswer>(state))
    exchange::ike_sa_init::resume(turn, *this, std::move(result));
  else if (holds<exchange::IkeIntermediateRequest>(state))
    exchange::ike_intermediate::resume(turn, *this, std::move(result));
  else if (holds<exchange::IkeAuthRequest>(state) || holds<exchange::IkeAuthAnswer>(state))
    exchange::ike_auth::resume(turn, *this, std::move(result));
  proceed(turn);
}

bool IkeSa::may_request(const Established& up) const {
  // A rekey of the IKE SA runs alone: whatever else is to be asked is asked by the heir (2.25.2).
  if (up.has_answer<exchange::RekeyIkeAnswer>() || up.has_request<exchange::RekeyIkeRequest>()) return false;
  const auto without_id =
      std::count_if(up.requesting.begin(), up.requesting.end(), [](const OpenRequest& r) { return !r.message; });
  return own.has_room(static_cast<std::size_t>(without_id));
}

/// Beside what is open, this task may not be: it needs the SA to itself, or another request is about the same Child SA.
bool IkeSa::must_wait(const Established& up, const Task& task) const {
  if (up.requesting.empty()) return false;
  if (std::holds_alternative<RekeyIkeTask>(task) || std::holds_alternative<LivenessTask>(task) ||
      std::holds_alternative<YieldTask>(task))
    return true;
  std::optional<ChildSaId> child;
  if (const auto* create = std::get_if<CreateChildTask>(&task)) child = create->rekeys;
  if (const auto* remove = std::get_if<DeleteChildTask>(&task)) child = remove->child;
  return child && std::any_of(up.requesting.begin(), up.requesting.end(), [&](const OpenRequest& open) {
           const auto* create = std::get_if<exchange::CreateChildRequest>(&open.what);
           const auto* inform = std::get_if<exchange::InformationalRequest>(&open.what);
           return (create && create->offer.rekeys == child) ||
                  (inform && std::find(inform->deletes.begin(), inform->deletes.end(), *child) != inform->deletes.end());
         });
}

std::list<Task>::iterator IkeSa::next_task(Time now, Established& up) const {
  for (auto it = up.tasks.begin(); it != up.tasks.end(); ++it) {
    const bool waits = must_wait(up, *it);
    if (!waits && not_before(*it) <= now) return it;
    if (waits && holds_up(*it)) break;
  }
  return up.tasks.end();
}

void IkeSa::begin(Turn& turn, const Task& task) {
  if (const auto* create = std::get_if<CreateChildTask>(&task)) {
    if (const BookLine* line = turn.core.book.find(create->line)) exchange::create_child_sa::request(turn, *this, *line, *create);
  } else if (const auto* remove = std::get_if<DeleteChildTask>(&task)) {
    exchange::informational::request_delete(turn, *this, remove->child, remove->cause);
  } else if (const auto* disown = std::get_if<DisownChildTask>(&task)) {
    exchange::informational::request_disown(turn, *this, disown->spi, disown->protocol);
  } else if (const auto* rekey = std::get_if<RekeyIkeTask>(&task)) {
    exchange::rekey_ike_sa::request(turn, *this, rekey->tried);
  } else if (const auto* yielding = std::get_if<YieldTask>(&task)) {
    yield(turn, *this, *yielding);
  } else if (const auto* one = std::get_if<YieldChildTask>(&task)) {
    yield_child(turn, *this, *one);
  } else if (const auto* test = std::get_if<TestPfsTask>(&task)) {
    test_pfs(turn, *this, *test);
  } else if (std::holds_alternative<ReauthenticateTask>(task)) {
    reauthenticate(turn, *this);
  } else if (std::holds_alternative<TellNetworksTask>(task)) {
    exchange::configuration::request_set(turn, *this);
  } else if (const auto* where = std::get_if<AddressesTask>(&task)) {
    exchange::addresses::request(turn, *this, where->update);
  } else {
    exchange::informational::request_liveness(turn, *this);
  }
}

void IkeSa::proceed(Turn& turn) {
  Established* up = established();
  if (!up) return;
  if (!up->replaced && !up->ids_ending && std::max(own.next(), theirs.lowest()) >= rekey_message_id) {
    up->ids_ending = true;
    up->tasks.push_front(RekeyIkeTask{});
  }
  if (own.used_up() && up->requesting.empty())
    return exchange::informational::request_delete_ike(turn, *this, Cause::lifetime_expired, NotifyType::none);
  if (!may_request(*up)) return;
  const auto due = next_task(turn.now, *up);
  if (due == up->tasks.end()) return;
  const Task task = *due;
  up->tasks.erase(due);
  begin(turn, task);
  proceed(turn);
}

Established Established::make(Turn& turn, Channel channel, std::shared_ptr<const IkeProfile> profile, std::string policy,
                              std::string keyring_peer, Identity local, Identity remote) {
  const Duration lifetime = profile->lifetime;
  // Jitter keeps both ends from rekeying at the same moment (2.8).
  const Duration soft = turn.between(lifetime * 85 / 100, lifetime * 95 / 100);
  return Established{std::move(channel),
                     std::move(profile),
                     std::move(policy),
                     std::move(keyring_peer),
                     std::move(local),
                     std::move(remote),
                     {},
                     {},
                     {},
                     {},
                     {},
                     turn.now,
                     turn.now + soft,
                     turn.now + lifetime,
                     turn.now};
}

bool nothing_to_ask(const Established& up) {
  return std::all_of(up.tasks.begin(), up.tasks.end(), [](const Task& t) {
    return std::holds_alternative<YieldTask>(t) || std::holds_alternative<YieldChildTask>(t) ||
           std::holds_alternative<TestPfsTask>(t) || std::holds_alternative<ReauthenticateTask>(t);
  });
}

namespace {

/// When the SA will have been idle for too long.
Time idle_at(const ChildSa& child) {
  const Duration idle_time = child.entry->idle_time;
  if (idle_time == Duration{0} || child.last_traffic == Time::max()) return Time::max();
  return child.last_traffic + idle_time;
}

/// Whether `soft` has come. One that came long ago is put off by chance, so that not all SAs are rekeyed in one moment.
bool is_due(Turn& turn, Time& soft, Time hard) {
  if (soft > turn.now) return false;
  if (soft + slept > turn.now) return true;
  soft = turn.now + turn.between(std::chrono::milliseconds(1), std::min<Duration>(catch_up, (hard - turn.now) / 2));
  return false;
}

}  // namespace

std::vector<PolicyLineId> lines_of(const Established& up) {
  std::vector<PolicyLineId> out;
  for (const ChildSa& child : up.children) out.push_back(child.line);
  return out;
}

void leave_out_for_a_while(Established& up, PolicyLineId line, Time now) {
  if (!up.left_out) up.left_out = std::map<PolicyLineId, LeftOut>{};
  LeftOut& known = (*up.left_out)[line];
  known.pause = known.pause.count() ? std::min(known.pause * 2, longest_left_out) : first_left_out;
  known.until = now + known.pause;
}

bool already_asked(const Established& up, PolicyLineId line) {
  for (const OpenRequest& open : up.requesting)
    if (const auto* create = std::get_if<exchange::CreateChildRequest>(&open.what); create && create->offer.line == line)
      return true;
  return std::any_of(up.tasks.begin(), up.tasks.end(), [&](const Task& t) {
    const auto* create = std::get_if<CreateChildTask>(&t);
    return create && create->line == line;
  });
}

void IkeSa::keep_mapping(Turn& turn) {
  const Duration own_pause = established()->profile->nat_keepalive;
  next_keepalive.reset();
  if (path.nat_local) next_keepalive = turn.now + (own_pause.count() ? own_pause : turn.core.book.config().nat_keepalive);
}

Established& IkeSa::establish(Turn& turn, Established next) {
  if (before_authentication(state)) turn.core.half_open.remove(first_remote.ip, id);
  satisfied(turn, *this);
  state = std::move(next);
  Established& up = std::get<Established>(state);
  up.channel.forget_sk_p();
  behind.reset();
  keep_mapping(turn);
  Notice notice = notice_of(NoticeKind::ike_sa_up, *this);
  notice.text = up.remote.to_string();
  turn.emit(std::move(notice));
  turn.touch(id);
  return up;
}

void IkeSa::end(Turn& turn, Cause cause, const std::string& why) {
  if (Established* up = established()) {
    if (!up->replaced) turn.core.desired.fallen.push_back({lines_of(*up), fall_of(*up, cause)});
    while (!up->children.empty()) remove_child(turn, *this, up->children.back().id, cause);
    exchange::configuration::release(turn, *up);
    if (!up->replaced) {
      Notice notice = notice_of(NoticeKind::ike_sa_down, *this);
      notice.cause = cause;
      notice.peer_id = up->remote.to_string();
      notice.text = why;
      turn.emit(std::move(notice));
    }
  }
  if (before_authentication(state)) turn.core.half_open.remove(first_remote.ip, id);
  if (holds<Lingering>(state)) --turn.core.lingering;
  if (asking()) attempt_fell(turn, *this, cause);
  if (established()) reauthentication_failed(turn, *this);
  forget_jobs(turn);
  own.close_all();
  reassembly.reset();
  behind.reset();
  next_keepalive.reset();
  turn.touch(id);
}

void IkeSa::close(Turn& turn, Cause cause, const std::string& why) {
  end(turn, cause, why);
  state = Gone{};
}

void IkeSa::linger(Turn& turn, Cause cause, const std::string& why) {
  if (turn.core.lingering >= max_lingering) return close(turn, cause, why);
  end(turn, cause, why);
  ++turn.core.lingering;
  state = Lingering{turn.now + linger_time};
}

namespace {

/// We authenticate ourselves by a signature.
bool signs(const IkeSa& sa) {
  if (const Established* up = sa.established()) return up->birth.local_method != AuthMethod::pre_share;
  const auto* auth = std::get_if<exchange::IkeAuthRequest>(&sa.state);
  return auth && auth->credential.scheme;
}

/// What a responder guesses at, too: the peer alone knows more.
bool is_about_keys(Cause cause) {
  return cause == Cause::authentication_failed || cause == Cause::ppk_mismatch || cause == Cause::peer_refused_authentication;
}

}  // namespace

void IkeSa::diagnose(Turn& turn, const Failure& failure, const std::string& what) const {
  Diagnosis diagnosis;
  diagnosis.sa = id;
  diagnosis.role = role;
  diagnosis.local = path.local;
  diagnosis.remote = path.remote;
  diagnosis.cause = failure.cause;
  diagnosis.what = what;
  diagnosis.evidence = {failure.why};
  diagnosis.shown = failure.evidence;
  if (role == Role::initiator || is_about_keys(failure.cause))
    diagnosis.probable = probable_reasons(failure.cause, path.remote, signs(*this));
  turn.core.diagnoses.add(turn.now, diagnosis);
  Notice notice = notice_of(NoticeKind::negotiation_failed, *this);
  notice.cause = failure.cause;
  notice.text = what + ": " + failure.why;
  if (!diagnosis.probable.empty()) notice.text += "; probable: " + diagnosis.probable.front();
  turn.emit(std::move(notice));
}

void IkeSa::tick(Turn& turn) {
  turn.touch(id);
  std::vector<MessageId> due;
  for (const Outstanding& request : own.open())
    if (request.next <= turn.now) due.push_back(request.id);
  for (const MessageId message : due)
    if (Outstanding* request = own.find(message)) retransmit(turn, *request);
  if (const auto* half = std::get_if<exchange::IkeSaInitAnswer>(&state); half && half->expires <= turn.now)
    return close(turn, Cause::no_response, "the initiator did not go on to IKE_AUTH");
  if (const auto* auth = std::get_if<exchange::IkeAuthAnswer>(&state); auth && auth->eap && auth->eap->until <= turn.now)
    return close(turn, Cause::no_response, "the peer did not go on with EAP");
  if (const auto* over = std::get_if<Lingering>(&state); over && over->until <= turn.now)
    return close(turn, Cause::none, "nobody asked again");
  if (Established* up = established()) tick_established(turn, *up);
  proceed(turn);
  // Last: what waited may have come to nothing.
  Established* up = established();
  if (const auto check = up ? liveness_due(*up) : std::nullopt; check && *check <= turn.now) {
    up->tasks.push_back(LivenessTask{});
    proceed(turn);
  }
}

void IkeSa::tick_established(Turn& turn, Established& up) {
  if (up.expires <= turn.now)
    return exchange::informational::request_delete_ike(turn, *this, Cause::lifetime_expired, NotifyType::none);
  if (up.replaced) return;
  if (up.access && up.access->until <= turn.now)
    return exchange::informational::request_delete_ike(turn, *this, Cause::session_over, NotifyType::none);
  if (is_due(turn, up.soft_expiry, up.expires)) {
    up.soft_expiry = Time::max();
    up.tasks.push_back(RekeyIkeTask{});
  }
  for (auto due = [&](const OpenAnswer& open) { return !open.job && open.until <= turn.now; };;) {
    const auto late = std::find_if(up.answering.begin(), up.answering.end(), due);
    if (late == up.answering.end()) break;
    const PeerRequest what = std::move(late->what);
    up.answering.erase(late);
    if (const auto* create = std::get_if<exchange::CreateChildAnswer>(&what))
      exchange::create_child_sa::forget(turn, *this, *create);
    else
      exchange::rekey_ike_sa::forget(turn, *this);
  }
  if (next_keepalive && *next_keepalive <= turn.now) {
    turn.emit(SendKeepalive{path.local, path.remote});
    keep_mapping(turn);
  }
  std::vector<DeleteChildTask> ended;
  for (ChildSa& child : up.children) {
    if (child.hard_expiry <= turn.now) {
      ended.push_back({child.id, Cause::lifetime_expired});
    } else if (idle_at(child) <= turn.now) {
      ended.push_back({child.id, Cause::idle});
    } else if (!child.rekey_asked && !child.rekeyed && is_due(turn, child.soft_expiry, child.hard_expiry)) {
      child.rekey_asked = true;
      up.tasks.push_back(CreateChildTask{child.line, child.id});
    }
  }
  for (const DeleteChildTask& end : ended) {
    for (ChildSa& c : up.children)
      if (c.id == end.child) {
        c.hard_expiry = c.last_traffic = Time::max();
        c.rekey_asked = true;
      }
    up.tasks.push_front(end);
  }
}

std::optional<Time> IkeSa::next_deadline() const {
  std::optional<Time> out;
  const auto earliest = [&](Time t) {
    if (!out || t < *out) out = t;
  };
  for (const Outstanding& request : own.open()) earliest(request.next);
  if (const auto* half = std::get_if<exchange::IkeSaInitAnswer>(&state)) earliest(half->expires);
  if (const auto* auth = std::get_if<exchange::IkeAuthAnswer>(&state); auth && auth->eap && auth->eap->until != Time::max())
    earliest(auth->eap->until);
  if (const auto* over = std::get_if<Lingering>(&state)) earliest(over->until);
  if (const Established* up = established()) {
    earliest(up->expires);
    if (up->replaced) return out;
    earliest(up->soft_expiry);
    if (up->access) earliest(up->access->until);
    if (next_keepalive) earliest(*next_keepalive);
    for (const OpenAnswer& open : up->answering)
      if (!open.job) earliest(open.until);
    for (const ChildSa& child : up->children) {
      earliest(child.hard_expiry);
      earliest(idle_at(child));
      if (!child.rekey_asked && !child.rekeyed) earliest(child.soft_expiry);
    }
    if (const auto check = liveness_due(*up)) earliest(*check);
    if (may_request(*up))
      for (const Task& task : up->tasks) {
        const bool waits = must_wait(*up, task);
        if (!waits) earliest(not_before(task));
        if (waits && holds_up(task)) break;
      }
  }
  return out;
}

}  // namespace engine
