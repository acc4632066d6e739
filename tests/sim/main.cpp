// sim_tests [GoogleTest's options] [--seed N | --topology N]: N replays one life that failed, told line by line.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--seed") {
      ::setenv("SALLYPORT_SEED", argv[i + 1], 1);
      GTEST_FLAG_SET(filter, "Seeds.EveryLifeEndsInAgreement");
    } else if (option == "--topology") {
      ::setenv("SALLYPORT_TOPOLOGY", argv[i + 1], 1);
      GTEST_FLAG_SET(filter, "Topologies.EveryLifeEndsInAgreement");
    }
  }
  return RUN_ALL_TESTS();
}
