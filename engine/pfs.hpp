// PFS that the two ends see differently. The first Child SA is made in IKE_AUTH without a key exchange (RFC 7296, 1.2), so that
// a mismatch would show at its first rekey, most of a lifetime later. Where a group is configured the end that began therefore
// rekeys that Child SA a moment after it came up, once for a line, its peer and the group. Whatever becomes of it, the Child SA
// that is up carries on.
#pragma once

#include "engine/turn.hpp"

namespace engine {

/// `sa`, which we began, has got its first Child SA, the last one: its rekey is planned, unless there is nothing to find out.
void plan_pfs_test(Turn& turn, IkeSa& sa);
void test_pfs(Turn& turn, IkeSa& sa, const TestPfsTask& task);
/// What a refusal of `open` says of PFS: the peer wants another group, or it refuses with or without key exchange what it took
/// for `rekeyed`, which was made without. nullopt: nothing. `rekeyed` may be null.
std::optional<Failure> pfs_refused(const Turn& turn, const ChildSa* rekeyed, const exchange::CreateChildRequest& open,
                                   const wire::NotifyPayload& error);
/// Key exchange transforms mean nothing in IKE_AUTH (RFC 7296, 1.2). A peer that sends them all the same shows what it will want.
void note_pfs_shown(Turn& turn, const IkeSa& sa, const std::vector<wire::Proposal>& offered, const CryptoMapEntry& entry);

}  // namespace engine
