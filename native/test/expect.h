/** Counts what holds and what does not, and says the latter. */
#pragma once
#include <string>

void expect(bool ok, const std::string& what);

/** Prints the counts; the exit status of a test program. */
int report();
