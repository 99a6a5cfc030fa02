#include "expect.h"
#include <cstdio>

namespace {
int failures = 0;
int passes = 0;
}  // namespace

void expect(bool ok, const std::string& what) {
  (ok ? passes : failures)++;
  if (!ok) {
    std::printf("FAILED %s\n", what.c_str());
  }
}

int report() {
  std::printf("%d passed, %d failed\n", passes, failures);
  return failures == 0 ? 0 : 1;
}
