#include "engine/pfs.hpp"

#include <algorithm>

#include "engine/mismatch.hpp"

namespace engine {
namespace {

using std::chrono::seconds;

std::string words_of(const CryptoMapEntry& entry) {
  return "crypto map " + entry.map + " " + std::to_string(entry.sequence) +
         (entry.pfs_group ? " has 'set pfs group" + std::to_string(entry.pfs_group->id) + "'" : " has no 'set pfs'");
}

const Algorithm* group_of(std::uint16_t id) { return find_algorithm(TransformType::key_exchange, id, 0); }

bool untested(const BookLine* line) { return line && line->entry->pfs_group && line->agreed_group != line->entry->pfs_group; }

/// Nothing else than the key exchange is new in what is offered.
bool has_its_transform_set(const CryptoMapEntry& entry, const ChildSa& child) {
  return std::any_of(entry.transform_sets.begin(), entry.transform_sets.end(),
                     [&](const auto& set) { return set->encryption == child.encryption && set->integrity == child.integrity; });
}

}  // namespace

void plan_pfs_test(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  const ChildSa& child = up.children.back();
  if (!untested(turn.core.book.find(child.line))) return;
  up.tasks.push_back(TestPfsTask{child.id, turn.now + turn.between(seconds(1), seconds(2))});
  turn.touch(sa.id);
}

void test_pfs(Turn& turn, IkeSa& sa, const TestPfsTask& task) {
  Established& up = *sa.established();
  const auto child = std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.id == task.child; });
  if (child == up.children.end() || child->rekey_asked || child->rekeyed || up.yielding) return;
  if (!untested(turn.core.book.find(child->line))) return;
  // Which of two SAs stays is settled first.
  if (std::any_of(up.tasks.begin(), up.tasks.end(), [](const Task& t) {
        return std::holds_alternative<YieldTask>(t) || std::holds_alternative<YieldChildTask>(t);
      })) {
    up.tasks.push_back(TestPfsTask{task.child, turn.now + turn.between(seconds(5), seconds(10))});
    return turn.touch(sa.id);
  }
  child->rekey_asked = true;
  up.tasks.push_back(CreateChildTask{child->line, child->id});
}

std::optional<Failure> pfs_refused(const Turn& turn, const ChildSa* rekeyed, const exchange::CreateChildRequest& open,
                                   const wire::NotifyPayload& error) {
  const BookLine* line = turn.core.book.find(open.offer.line);
  if (!line) return std::nullopt;
  const std::string stays = rekeyed ? "; the Child SA that is up stays until its lifetime ends" : "";
  if (error.type == NotifyType::invalid_ke_payload) {
    const auto wanted = Reader(error.data).u16();
    return Failure{error.type,
                   Cause::pfs_mismatch,
                   "the peer wants group" + (wanted ? std::to_string(*wanted) : "?") + ", and " + words_of(*line->entry) + stays,
                   {},
                   of_entry({}, *line->entry, wanted ? group_of(*wanted) : nullptr)};
  }
  if (error.type != NotifyType::no_proposal_chosen || !rekeyed || rekeyed->group ||
      !has_its_transform_set(*line->entry, *rekeyed))
    return std::nullopt;
  return Failure{error.type,
                 Cause::pfs_mismatch,
                 "the peer took the same transform set without key exchange when the SA was made; now offered was " +
                     describe(open.offer.proposals) + ", since " + words_of(*line->entry) + stays,
                 {},
                 of_entry({}, *line->entry)};
}

void note_pfs_shown(Turn& turn, const IkeSa& sa, const std::vector<wire::Proposal>& offered, const CryptoMapEntry& entry) {
  constexpr auto key_exchange = static_cast<std::uint8_t>(TransformType::key_exchange);
  bool shown = false, fits = false;
  const Algorithm* wanted = nullptr;
  for (const wire::Proposal& proposal : offered)
    for (const wire::Transform& t : proposal.transforms) {
      if (t.type != key_exchange) continue;
      shown = shown || t.id != 0;
      if (!wanted && t.id != 0) wanted = group_of(t.id);
      fits = fits || t.id == (entry.pfs_group ? entry.pfs_group->id : 0);
    }
  if (!shown || fits) return;
  sa.diagnose(turn,
              {NotifyType::none,
               Cause::pfs_mismatch,
               "the peer showed " + describe(offered) + "; " + words_of(entry),
               {},
               of_entry({}, entry, wanted)},
              "PFS will fail at the first rekey");
}

}  // namespace engine
