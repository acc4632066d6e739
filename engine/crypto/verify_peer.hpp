// A VerifyPeerJob, to its end or to what has to be fetched first.
#pragma once

#include "engine/crypto/inquiry.hpp"
#include "engine/crypto/jobs.hpp"

namespace engine::crypto {

/// The verdict at `now` with what `inquiry` has. Where that is not enough, `inquiry.wanted` says what to fetch before the job is
/// run again, and the result is the failure that it is without.
JobResult verify_peer(const VerifyPeerJob& job, Inquiry& inquiry, WallTime now);

}  // namespace engine::crypto
