// configured.cpp: what the program configures before its first pool is not replaced by
// POND_OPTIONS, which is "fail=1-1000" here: no pool could be made. A program of its own: nothing
// has read the environment before it.
#include <pond/pond.h>

int main() {
  if (pond_configure("") != 0) return 1;
  pond_pool *pool = pond_create(4096);
  if (pool == nullptr) return 1;
  pond_destroy(pool);
  return 0;
}
