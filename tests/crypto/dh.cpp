#include "engine/crypto/jobs.hpp"
#include "vectors.hpp"

namespace engine::crypto::test {
namespace {

const KeyStore no_keys;

JobResult run_dh(const Algorithm& group, DhStep step, ByteView private_key, ByteView peer = {}) {
  return run(DhJob{&group, step, Secret(private_key), to_bytes(peer)}, no_keys);
}

/// Octets as drawn whose reduction gives `scalar`: one less, behind the 16 octets drawn for evenness.
Bytes drawn_for(Bytes scalar) {
  for (std::size_t at = scalar.size(); at-- > 0;)
    if (scalar[at]-- != 0) break;
  scalar.insert(scalar.begin(), 16, 0);
  return scalar;
}

Bytes drawn(const Algorithm& group, std::uint8_t first) {
  Bytes out(private_key_octets(group));
  for (std::size_t n = 0; n < out.size(); ++n) out[n] = static_cast<std::uint8_t>(first + 5 * n);
  return out;
}

std::vector<const Algorithm*> groups() {
  std::vector<const Algorithm*> out;
  for (const Algorithm& candidate : algorithms())
    if (candidate.type == TransformType::key_exchange && candidate.primitive != Primitive::ml_kem) out.push_back(&candidate);
  return out;
}

/// Both ends refuse it.
void expect_refused(const Algorithm& group, const Bytes& peer, const std::string& what) {
  for (const DhStep step : {DhStep::answer, DhStep::complete}) {
    const JobResult result = run_dh(group, step, drawn(group, 1), peer);
    const Failure* failure = std::get_if<Failure>(&result);
    ASSERT_NE(failure, nullptr) << group.debug_name << ": " << what;
    EXPECT_EQ(failure->cause, Cause::invalid_key_exchange_value) << what;
    EXPECT_EQ(failure->notify, NotifyType::invalid_syntax) << what;
    EXPECT_FALSE(failure->why.empty());
  }
}

TEST(Dh, KnownAnswers) {
  for (const Algorithm* group : groups()) {
    for (const Record& r : records("group-" + std::string(group->ike_keyword))) {
      const Bytes private_key = group->primitive == Primitive::ecp ? drawn_for(r["private"]) : r["private"];
      const JobResult result = run_dh(*group, DhStep::answer, private_key, r["peer"]);
      const DhResult* values = std::get_if<DhResult>(&result);
      ASSERT_NE(values, nullptr) << group->debug_name << ": " << std::get<Failure>(result).why;
      EXPECT_EQ(to_hex(values->shared.expose()), to_hex(r["shared"])) << group->debug_name;
      if (r.has("public")) {
        EXPECT_EQ(to_hex(values->public_value), to_hex(r["public"])) << group->debug_name;
      }
      EXPECT_TRUE(values->private_key.equals(private_key));
      const JobResult second_half = run_dh(*group, DhStep::complete, private_key, r["peer"]);
      EXPECT_EQ(to_hex(std::get<DhResult>(second_half).shared.expose()), to_hex(r["shared"])) << group->debug_name;
    }
  }
}

TEST(Dh, BothEndsAgree) {
  for (const Algorithm* group : groups()) {
    const JobResult half = run_dh(*group, DhStep::begin, drawn(*group, 1));
    const DhResult& initiator = std::get<DhResult>(half);
    EXPECT_TRUE(initiator.shared.empty());
    EXPECT_EQ(initiator.public_value.size(), group->output_octets);
    const JobResult answer = run_dh(*group, DhStep::answer, drawn(*group, 77), initiator.public_value);
    const DhResult& responder = std::get<DhResult>(answer);
    const JobResult rest = run_dh(*group, DhStep::complete, initiator.private_key.expose(), responder.public_value);
    EXPECT_TRUE(std::get<DhResult>(rest).shared.equals(responder.shared.expose())) << group->debug_name;
    EXPECT_TRUE(std::get<DhResult>(rest).public_value.empty()) << "the public value is computed a second time";
    EXPECT_FALSE(responder.shared.empty());
  }
}

TEST(Dh, EcpScalarsAreReducedAndNeverZero) {
  for (const Algorithm* group : groups()) {
    if (group->primitive != Primitive::ecp) continue;
    const Bytes zero(private_key_octets(*group)), ones(private_key_octets(*group), 0xff);
    const JobResult generator = run_dh(*group, DhStep::begin, zero);
    ASSERT_TRUE(std::holds_alternative<DhResult>(generator)) << group->debug_name;
    EXPECT_TRUE(
        std::holds_alternative<DhResult>(run_dh(*group, DhStep::answer, ones, std::get<DhResult>(generator).public_value)));
  }
}

TEST(Dh, WrongLengthsAreRefused) {
  for (const Algorithm* group : groups()) {
    const JobResult valid = run_dh(*group, DhStep::begin, drawn(*group, 9));
    const Bytes& value = std::get<DhResult>(valid).public_value;
    Bytes longer = value, padded = value;
    longer.push_back(0);
    padded.insert(padded.begin(), 0);
    expect_refused(*group, longer, "an octet too many");
    expect_refused(*group, padded, "a zero in front");
    expect_refused(*group, Bytes(value.begin(), value.end() - 1), "an octet too few");
    expect_refused(*group, {1}, "one octet");
    expect_refused(*group, {}, "nothing");
  }
}

TEST(Dh, ModpValuesOutsideTheRangeAreRefused) {
  for (const Algorithm* group : groups()) {
    if (group->primitive != Primitive::modp || group->id == 24) continue;  // its prime does not end in ff
    // The greatest allowed value of the vector file is p - 2.
    const Bytes greatest = records("group-" + std::string(group->ike_keyword)).back()["peer"];
    const auto plus = [](Bytes value, unsigned n) {
      value.back() = static_cast<std::uint8_t>(value.back() + n);  // p ends in ff: p - 2 in fd
      return value;
    };
    ASSERT_EQ(greatest.back(), 0xfd);
    Bytes zero(greatest.size()), one(greatest.size()), above = greatest;
    one.back() = 1;
    above[8] = 0xff;  // p begins with 8 octets of ff and then those of pi
    expect_refused(*group, zero, "0");
    expect_refused(*group, one, "1");
    expect_refused(*group, plus(greatest, 1), "p - 1");
    expect_refused(*group, plus(greatest, 2), "p");
    expect_refused(*group, above, "more than p");
    expect_refused(*group, Bytes(greatest.size(), 0xff), "2^n - 1");
  }
}

TEST(Dh, ValuesOutsideTheSubgroupOfGroup24AreRefused) {
  const Algorithm& group = row(TransformType::key_exchange, 24);
  Bytes small(256);
  for (const std::uint8_t value : {0, 1, 2, 3}) {
    small.back() = value;
    expect_refused(group, small, std::to_string(value));
  }
  expect_refused(group, Bytes(256, 0xff), "2^n - 1");
  Bytes inside = records("group-24").front()["peer"];
  inside.back() ^= 1;
  expect_refused(group, inside, "beside a member");
}

TEST(Dh, EcpValuesThatAreNoPointsAreRefused) {
  for (const Algorithm* group : groups()) {
    if (group->primitive != Primitive::ecp) continue;
    const Bytes good = records("group-" + std::string(group->ike_keyword)).front()["peer"];
    expect_refused(*group, Bytes(good.size()), "x and y zero");
    expect_refused(*group, Bytes(good.size(), 0xff), "x and y above p");
    for (const std::size_t at : {std::size_t{10}, good.size() / 2 - 1, good.size() / 2 + 10, good.size() - 1}) {
      Bytes off = good;
      off[at] ^= 1;
      expect_refused(*group, off, "off the curve at octet " + std::to_string(at));
    }
    Bytes swapped(good.begin() + static_cast<std::ptrdiff_t>(good.size() / 2), good.end());
    swapped.insert(swapped.end(), good.begin(), good.begin() + static_cast<std::ptrdiff_t>(good.size() / 2));
    expect_refused(*group, swapped, "y before x");
  }
}

TEST(Dh, EcpCoordinatesMustBeReduced) {
  const Algorithm& group = row(TransformType::key_exchange, 19);
  // x = p + 5: x = 5 is on P-256, so only the range check can refuse it.
  const Bytes y = *from_hex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
  Bytes reduced = *from_hex("0000000000000000000000000000000000000000000000000000000000000005");
  Bytes beyond = *from_hex("ffffffff00000001000000000000000000000001000000000000000000000004");
  reduced.insert(reduced.end(), y.begin(), y.end());
  beyond.insert(beyond.end(), y.begin(), y.end());
  EXPECT_TRUE(std::holds_alternative<DhResult>(run_dh(group, DhStep::answer, drawn(group, 1), reduced)));
  expect_refused(group, beyond, "x above p");
}

TEST(Dh, X25519PointsOfSmallOrderAreRefused) {
  const Algorithm& group = row(TransformType::key_exchange, 31);
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       })
    expect_refused(group, *from_hex(point), point);
}

TEST(Dh, X448PointsOfSmallOrderAreRefused) {
  const Algorithm& group = row(TransformType::key_exchange, 32);
  // p = 2^448 - 2^224 - 1, little-endian.
  const auto halves = [](std::uint8_t low, std::uint8_t low_rest, std::uint8_t high, std::uint8_t high_rest) {
    Bytes out(56, low_rest);
    out[0] = low;
    std::fill(out.begin() + 28, out.end(), high_rest);
    out[28] = high;
    return out;
  };
  expect_refused(group, halves(0, 0, 0, 0), "0");
  expect_refused(group, halves(1, 0, 0, 0), "1");
  expect_refused(group, halves(0xfe, 0xff, 0xfe, 0xff), "p - 1");
  expect_refused(group, halves(0xff, 0xff, 0xfe, 0xff), "p");
  expect_refused(group, halves(0, 0, 0xff, 0xff), "p + 1");
}

/// Of OpenSSL 3.5 and later; an earlier one says so instead of failing otherwise.
TEST(Dh, MlKemAgreesOrIsNotAvailable) {
  for (const std::uint16_t id : {35, 36, 37}) {
    const Algorithm& group = row(TransformType::key_exchange, id);
    const JobResult half = run_dh(group, DhStep::begin, drawn(group, 1));
    if (!available(group)) {
      EXPECT_NE(std::get<Failure>(half).why.find("has no ML-KEM"), std::string::npos);
      continue;
    }
    const Bytes& key = std::get<DhResult>(half).public_value;
    EXPECT_EQ(key.size(), group.output_octets);
    const JobResult answer = run_dh(group, DhStep::answer, drawn(group, 77), key);
    const DhResult& responder = std::get<DhResult>(answer);
    const JobResult rest = run_dh(group, DhStep::complete, drawn(group, 1), responder.public_value);
    EXPECT_TRUE(std::get<DhResult>(rest).shared.equals(responder.shared.expose()));
    EXPECT_EQ(responder.shared.size(), 32u);
    Bytes cut = responder.public_value;
    cut.pop_back();
    EXPECT_TRUE(std::holds_alternative<Failure>(run_dh(group, DhStep::complete, drawn(group, 1), cut)));
    EXPECT_TRUE(std::holds_alternative<Failure>(run_dh(group, DhStep::complete, drawn(group, 1), {})));
    EXPECT_TRUE(std::holds_alternative<Failure>(run_dh(group, DhStep::answer, drawn(group, 1), Bytes(key.size(), 0xff))));
    EXPECT_TRUE(std::holds_alternative<Failure>(run_dh(group, DhStep::answer, drawn(group, 1), {})));
  }
}

TEST(Dh, PrivateKeysOfWrongLengthAreAnErrorOfOurs) {
  for (const Algorithm* group : groups()) {
    const JobResult result = run(DhJob{group, DhStep::begin, Secret(Bytes(5, 1)), {}}, no_keys);
    ASSERT_TRUE(std::holds_alternative<Failure>(result));
    EXPECT_EQ(std::get<Failure>(result).cause, Cause::internal_error);
  }
}

}  // namespace
}  // namespace engine::crypto::test
