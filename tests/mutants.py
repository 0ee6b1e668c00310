#!/usr/bin/env python3
"""Puts bugs into a copy of the sources, one at a time, and watches the named tests fail.

A test that cannot fail is no test. Each of the twenty bugs of others is here, in the form that it
would take in pond, and a few more that only one mechanism of the tests could find. About ten seconds
each, two at a time.
"""
import argparse
import glob
import os
import re
import sys

from variants import SOURCE, Variant, each

COROUTINE = "include/pond/coroutine.hpp"
# A change of these compiles every test again, and so does putting them back. So their mutants are tried
# with a program of one file of tests, and last.
HEADERS = ("include/pond/allocator.hpp", "include/pond/detail/arguments.hpp",
           "include/pond/detail/bump.hpp", "include/pond/detail/core.hpp",
           "include/pond/detail/marks.hpp", "include/pond/detail/objects.hpp",
           "include/pond/resource.hpp", "include/pond/shared_pool.hpp",
           "include/pond/unique_ptr.hpp")

JOBS = 2  # mutants at a time: a change of one file is compiled, linked and tried on one processor

# Tests that must fail, file, what is replaced (once in the file), by what.
MUTANTS = [
    ("Bug01.*", "src/sizes.hpp",
     "return round_up(pick(ule(least, wanted), wanted, least), as(wanted, quantum));",
     "return pick(ule(least, wanted), wanted, least);"),
    ("Bug02.*", "src/create.cpp", "sizes::add(prefix, sizeof(state) + least_room));", "0);"),
    ("Bug03.*", "src/pool.cpp", "  run_everything(s, 0);\n  if (!finish_running(s, true)) return;",
     "  if (!finish_running(s, true)) return;"),
    ("Bug04.*", "src/pool.cpp",
     "  while (s.cleanups != nullptr && !has_extension(s)) call(s, s.cleanups);",
     "  owned *all = s.cleanups;\n  s.cleanups = nullptr;\n"
     "  for (; all != nullptr && !has_extension(s); all = all->next) all->handler(all->data);"),
    ("Bug05.*", "src/records.hpp", "  if (h.state->spare != nullptr) return h.state->spare;\n", ""),
    ("Bug06.*", "src/large.cpp",
     "  if (indexed(s)) return record_in(s.ext->index, p);\n", ""),
    ("Bug07.*", "src/records.hpp", "  record->next = *list;\n  *list = record;",
     "  if (alignment_of(*record) > sizes::quantum) return;\n  record->next = *list;\n"
     "  *list = record;"),
    ("Bug08.*", "src/blocks.cpp",
     "  if (end - cur >= least_kept_room) keep_room(*h.state, cur, end);", ""),
    ("Bug09.*", "src/pool.cpp", "keep_room(s, begin_of(*b), ", "keep_room(s, begin_of(*b) + 48, "),
    ("Bug10.*", "src/cleanup.cpp", "  return cleanup.handler == close_and_unlink &&",
     "  return false && cleanup.handler == close_and_unlink &&"),
    ("Bug11.*", "include/pond/detail/bump.hpp",
     "  if (new_size > static_cast<std::size_t>(pool.end - bytes)) return false;\n  pool.cur",
     "  if (new_size > static_cast<std::size_t>(pool.end - bytes)) return false;\n"
     "  if (reinterpret_cast<unsigned char *>(pool.state) > bytes ||\n"
     "      reinterpret_cast<unsigned char *>(pool.state) + 1024 < bytes) return false;\n  pool.cur"),
    ("Bug12.*", "src/sizes.hpp", "return pick(product_fits(a, b), a * b, a | ~a);", "return a * b;"),
    ("Bug13.*", "src/sizes.hpp", "return ule(held, limit) && ule(more, limit - held);",
     "return held > limit / 2 || more <= limit - held;"),
    ("Bug14.*", "src/sizes.hpp",
     "return pick(ule(alignment, ordinary), size, add(size, alignment - ordinary));",
     "return pick(ule(alignment, ordinary), size, size);"),
    ("Bug15.*", "src/upstream.cpp",
     "upstream.deallocate(upstream.context, memory, size, alignment);",
     "upstream.deallocate(upstream.context, memory, size & ~std::size_t{1023}, alignment);"),
    ("Bug16.*", "src/pool.cpp", "  s.rooms = nullptr;\n  s.spare = nullptr;", "  s.spare = nullptr;"),
    ("Quota.AfterA*", "src/tree.cpp", "return refusing(s.ext, sizes::impossible) != nullptr;",
     "return false;"),
    ("Quota.OfAn*", "src/tree.cpp", "return refusing(s.ext, sizes::impossible) != nullptr;",
     "return s.ext->hard_limit != SIZE_MAX;"),
    ("Corner.AResetKeepsNo*", "src/blocks.cpp", "(s.flags & flag_trapped) != 0) return false;",
     "(s.flags & flag_trapped) != 0) return true;"),
    ("Bug17.*", "src/pool.cpp", "b->size <= keep && keep_room(", "keep != 0 && keep_room("),
    ("Bug18.*", "include/pond/detail/bump.hpp", ": ule(size, end - at)",
     ": ule(at + size, end)"),
    ("Bug19.*", "include/pond/detail/bump.hpp",
     "if (is_ordinary(alignment, block_alignment)) [[likely]] {",
     "if (alignment <= block_alignment) [[likely]] {"),
    ("Bug20.*", "src/cleanup.cpp",
     "return cleanup != nullptr ? enter(s, cleanup, handler, data) : nullptr;",
     "return enter(s, cleanup, handler, data);"),
    # --- the mechanisms themselves
    ("Failure*", "src/large.cpp",
     "  if (large->memory == nullptr) {\n    spare_record(s, large);",
     "  if (large->memory == nullptr) {\n    link(s.larges, large);"),
    ("Mark.*", "src/records.hpp",
     "for (; mark != nullptr && epoch_of(*record) < looked_at(mark, \"the record of a mark\")->epoch;",
     "for (; false;"),
    ("All/*", "src/large_index.hpp", "if (((at - home) & mask) >= ((at - hole) & mask)) {",
     "if (true) {"),
    ("Mark.*", "src/marks.cpp", "  s.rooms = nullptr;\n  auto *mark", "  auto *mark"),
    ("All/*", "src/release.cpp", "std::memcpy(to, p, old_size < new_size ? old_size : new_size);",
     "std::memcpy(to, p, old_size < new_size ? old_size : new_size / 2);"),
    ("All/*", "src/marks.cpp",
     "if ((s.flags & (flag_sealed | flag_trapped)) == flag_sealed) {", "if (false) {"),
    ("All/*", "src/values.cpp", "  *link = v.next;\n", "  *link = nullptr;\n"),
    ("All/*", "src/marks.cpp", " && open->epoch == mark.opaque[1]", ""),
    ("All/*", "src/marks.hpp", "while (keep_innermost(s) != &mark) {", "if (keep_innermost(s) != &mark) {"),
    ("All/*", "src/cleanup.cpp",
     "  run_now(pool, reinterpret_cast<pond_cleanup *>(cleanup));\n  return true;",
     "  cancel(pool, reinterpret_cast<pond_cleanup *>(cleanup));\n  return true;"),
    ("All/*:Children.*", "src/cleanup.cpp",
     "    if (has_children(s)) destroy_children(s, since);\n  }",
     "  }\n  destroy_children(s, since);"),
    ("All/*WithAQuota", "src/tree.cpp",
     "before <= ext->soft_limit && ext->tree_reserved > ext->soft_limit",
     "ext->tree_reserved > ext->soft_limit"),
    ("All/*WithAQuota", "src/tree.cpp",
     "if (!sizes::within(ext->tree_reserved, bytes, ext->hard_limit)) return ext;",
     "if (!sizes::within(ext->reserved, bytes, ext->hard_limit)) return ext;"),
    ("All/*", "src/pool.cpp",
     "  while (s.cleanups != nullptr && !has_extension(s)) call(s, s.cleanups);",
     "  owned *all = s.cleanups;\n  s.cleanups = nullptr;\n"
     "  for (; all != nullptr && !has_extension(s); all = all->next) all->handler(all->data);"),
    ("Quota.*", "src/tree.cpp", "void take_from_tree(extension *ext, std::size_t bytes) noexcept {",
     "void take_from_tree(extension *ext, std::size_t bytes) noexcept {\n  bytes = 0;"),
    ("Cache.*", "src/cache.cpp", "shrink(c, b, b.idle - b.idle / 2);", "shrink(c, b, 0);"),
    ("Cache.*", "src/cache.cpp", "  thread_cache = &over;\n  empty(*c);", "  thread_cache = &over;"),
    ("Mark.*", "src/marks.cpp", "open->epoch == mark.opaque[1] &&\n         as_word(&s) == mark.opaque[2]",
     "true"),
    ("Children.*", "src/tree.cpp", "    orphan(child);", "    destroy_state(child, nullptr);"),
    ("Corner.*", "src/pool.cpp", "    if (extended(s)) keep_head(s, pool);\n", ""),
    ("Deep.*", "src/tree.cpp", "      begin_end(*child);\n      at = child;",
     "      destroy_state(*child, child->ext->owner);"),
    ("Deep.*", "src/tree.cpp", "      begin_end(*child);\n", ""),
    ("Deep.*", "src/tree.cpp", "  const std::size_t left = ext.tree_reserved + ext.owed;",
     "  const std::size_t left = ext.tree_reserved;"),
    ("Embed.*", "src/create.cpp", "where.head_offset <= where.prefix - behind;", "true;"),
    ("Embed.*", "src/memory.cpp", "error == ENOMEM && host != nullptr", "false && host != nullptr"),
    ("Cache.*", "src/cache.cpp", "  upstream_pass_on();", ""),
    ("Adopt.*", "src/tree.cpp", "refusing(above.ext, bytes, common(above.ext, line))",
     "refusing(above.ext, bytes)"),
    ("Adopt.*", "src/tree.cpp", "  leave_tree(s);\n  part_from_user", "  part_from_user"),
    ("Adopt.*", "src/tree.cpp", "  if (outlives(other, pool)) {", "  if (&other == &pool) {"),
    ("Adopt.*", "src/tree.cpp",
     "  if (!makes_place(pool, ext->tree_reserved, before)) return false;\n", ""),
    ("Edge.ABuffer*", "src/create.cpp", "can_be(options.buffer, options.buffer_size)", "true"),
    ("Edge.ABuffer*", "src/create.cpp", "at >= first_page && ", ""),
    ("Shown*", "src/create.cpp", " && !is_nobodys(buffer)", ""),
    ("Edge.ABuffer*", "src/create.cpp",
     "sizes::add(at, size) <= last_end;",
     "at + size <= last_end;"),
    ("Edge.ABuffer*", "src/create.cpp", "size) <= last_end;", "size) < last_end;"),
    ("Values.*", "src/values.cpp", "  while (reversed != nullptr) {\n    value *next",
     "  while (false) {\n    value *next"),
    ("Values.*", "src/values.cpp", "    put(to, reversed);\n    reversed = next;",
     "    value **last = bucket_of(to, reversed->key);\n"
     "    while (*last != nullptr) last = &(*last)->next;\n"
     "    *last = reversed;\n    reversed->next = nullptr;\n    ++to.count;\n    reversed = next;"),
    ("Values.*", "src/values.cpp", "    release_sized(pool, v, sizeof(value));\n    errno = error;\n",
     "    errno = 0;\n"),
    ("Retain.*:SharedPool.*", "src/pool.cpp",
     "if (__atomic_fetch_sub(&ext->references, 1, __ATOMIC_ACQ_REL) != 0) return;",
     "if (__atomic_fetch_sub(&ext->references, 1, __ATOMIC_ACQ_REL) != 1) return;"),
    ("Retain.*", "src/pool.cpp", "extended(s) && s.ext->references != 0", "false"),
    ("Recycle.*", "src/recycle.cpp", "retract(s.ext->real, p, whole) || s.marks != nullptr)",
     "retract(s.ext->real, p, whole))"),
    ("Recycle.*", "src/recycle.cpp", "  if (s.marks == nullptr) [[likely]] {", "  if (true) {"),
    ("Recycle.*", "src/recycle.cpp", "(at & (aligned->alignment - 1)) != 0", "false"),
    ("Recycle.*", "src/release.cpp", "return old_size != 0 && recycles", "return recycles"),
    ("Recycle.*", "src/pool.cpp", "  forget_recycled(s);\n", ""),
    ("Recycle.*", "src/release.cpp",
     "recycles(s, new_size) &&\n           recycled_size(old_size) == recycled_size(new_size)",
     "new_size <= old_size"),
    ("OnDestroy.WhatIsMore*", "include/pond/detail/objects.hpp",
     "if constexpr (std::is_trivially_copyable_v<stored> && sizeof", "if constexpr (sizeof"),
    ("OnDestroy.ACallable*", "include/pond/detail/objects.hpp",
     "sizeof(stored) <= sizeof(void *)", "sizeof(stored) < sizeof(void *)"),
    # --- coroutines
    ("Coroutine.*", COROUTINE, "    from->deallocate(frame, memory::size(size), Alignment);\n", ""),
    ("Coroutine.*", COROUTINE, "return (frame_size + sizeof(pool *) + Alignment - 1) & ~(Alignment - 1);",
     "return frame_size + sizeof(pool *);"),
    ("Coroutine.*", COROUTINE, "from.allocate(memory::size(size), Alignment)",
     "from.allocate(memory::size(size))"),
    ("Coroutine.*", COROUTINE, "return first;", "static pool other;\n    return other;"),
    ("Coroutine.*", COROUTINE, "return first.get_pool();", "static pool other;\n    return other;"),
    ("Coroutine.*", COROUTINE, "return pool_among(rest...);",
     "static pool other;\n    return (static_cast<void>(rest), ..., other);"),
    ("Coroutine.*", COROUTINE, "from.try_allocate(memory::size(size), Alignment)",
     "::operator new(memory::size(size))"),
    ("Resize*", "src/release.cpp", "size <= large.size && size >= large.size / 2",
     "size <= large.size"),
    ("OwnBlocks.*", "src/release.cpp", "return size != 0 && size <= large.given", "return size <= large.given"),
    ("OwnBlocks.*", "src/release.cpp", "large.given - size < block_alignment", "size == large.given"),
    ("GivenBack.*", "src/release.cpp", "large.given - size < block_alignment", "size >= large.given / 2"),
    ("Padding.*", "src/release.cpp", "  pool.cur = cur;", "  retract(pool, p, size);"),
    ("Padding.*", "src/release.cpp", "if (!same_room || ", "if ("),
    ("Padding.*", "src/release.cpp", "|| !is_newest(pool, p, size)) return release_sized", ") return release_sized"),
    ("Padding.*", "src/release.cpp", "end != nullptr ? end == pool.end : padding", "padding"),
    ("GivenBack.*", "src/release.cpp", "  if (large.given == 0) return can_have(large, size);\n", ""),
    ("GivenBack.*", "src/release.cpp", "is_older_than_a_mark(s, *large) ? 0 : new_size", "new_size"),
    ("GivenBack.*", "src/release.cpp", "is_older_than_a_mark(s, *large) ? 0 : new_size", "large->given"),
    ("Integrity*", "src/links.hpp", "(reinterpret_cast<std::uintptr_t>(b.next) & never_in_address) != 0",
     "false"),
    ("Integrity*", "src/records.hpp", "list != record && (newer == nullptr || newer->next != record)", "false"),
    ("Integrity*", "src/records.hpp", "older->prev != record", "false"),
    ("Unused*", "src/owned.hpp", "struct alignas(block_alignment) owned {", "struct owned {"),
    ("Unused*", "src/announce.cpp", "epoch_of(*record);", "epoch_of(parent);"),
    ("Unused*", "src/announce.cpp", "  forget(record);\n  child", "  child"),
    ("Unused*", "src/announce.cpp", "  destroy_state(*child.state, nullptr);", ""),
    ("Unused*", "src/announce.cpp", "  spare_record(parent, record);", ""),
    ("Unused*", "src/announce.cpp", "  s.ext->owner = &child;\n", ""),
    ("Unused*", "src/tree.cpp", "next_mark(above, epoch);", "never;"),
    ("Unused*", "src/tree.cpp", "next_mark(above, epoch);", "epoch + 1;"),
    ("Unused*", "src/tree.cpp", "    withdraw(other);\n", ""),
    ("Unused*", "src/tree.cpp", "child != nullptr ? child->parent : b.state;", "b.state;"),
    ("Unused*", "src/pool.cpp", "if (s == nullptr) return withdraw(pool);", "if (s == nullptr) return;"),
    ("Unused*", "src/pool.cpp", "    if (owned *record = announced(to)) record->data = &to;\n", ""),
    ("Unused*", "src/stats.cpp", "c->handler == leave_empty ? stats.children : stats.cleanups",
     "stats.cleanups"),
    ("Integrity*", "src/records.hpp", 'looked_at(record->next, "a record of a pool")', "record->next"),
    ("Integrity*", "src/links.hpp", "(both & never_in_address_of<room>) != 0 || ", ""),
    ("Integrity*", "src/links.hpp", "backwards = r->end < reinterpret_cast<unsigned char *>(r);",
     "backwards = false;"),
    ("Integrity*", "src/recycle.cpp", 'looked_at(newest, was_given_back)', "newest"),
    ("Integrity*", "src/values.cpp", 'looked_at(v.next, "a value of a pool")', "v.next"),
    ("Integrity*", "src/state.hpp", 'looked_at(s.marks, "the state of a pool")', "s.marks"),
    ("Integrity*", "src/marks.hpp", 'looked_at(s.marks, "the state of a pool")', "s.marks"),
    ("Integrity*", "src/marks.hpp", "looked_at(*link, what)", "*link"),
    ("Integrity*", "src/marks.hpp", 'looked_at(open->outer, "the record of a mark")', "open->outer"),
    ("Integrity*", "src/large_index.hpp",
     "looked_at(index.slots[at], index_of_larges)", "index.slots[at]"),
    ("Integrity*", "src/large_index.hpp", "index.slots[found] == nullptr || ", "false && "),
    ("Integrity*", "src/large.cpp", '(void)looked_at(large->next, "a record of a pool");', ""),
    ("Integrity*", "src/pool.cpp", 'looked_at(large->next, "a record of a pool")', "large->next"),
    ("*Extension*", "src/extension.hpp",
     'looked_at(ext->holder, "the extension of a pool\'s records");', ""),
    ("Extension*", "src/memory.hpp", "pool.end != end || ", ""),
    ("Extension*", "src/memory.hpp", "left < size ||", "false ||"),
    ("Extension*", "src/memory.hpp", "least_room_over_taken = 2;", "least_room_over_taken = 1;"),
    ("Extension*", "src/pool.cpp", "s.first.size - inside(s);", "s.first.size;"),
    ("Extension*", "src/pool.cpp", "end_of(holder) - s.ext->inside", "end_of(holder)"),
    ("Extension*", "src/pool.cpp", "extended(s) ? s.ext->holder : nullptr", "nullptr"),
    ("Extension*", "src/pool.cpp",
     "  if (holder != nullptr) keep_holder(s, *holder);\n", ""),
    ("Extension*", "src/pool.cpp", "s.ext->keep - std::min(anyway, s.ext->keep);", "s.ext->keep;"),
    ("Extension*", "src/memory.cpp", "b == nullptr || b->size > POND_DEFAULT_KEEP", "b == nullptr"),
    ("Extension*", "src/memory.cpp", "(pool.end - pool.cur) < extension_inside", "(1) < 0"),
    ("Extension*", "src/memory.cpp",
     "while (b != nullptr && end_of(*b) != pool.end) b = next_of(*b);",
     "if (b != nullptr && end_of(*b) != pool.end) return nullptr;"),
    ("Extension*", "src/recycle.cpp", "    s.ext->inside += size;\n", ""),
    ("Extension*", "src/stats.cpp", "  if (extended(s)) stats.used -= s.ext->inside;\n", ""),
    ("Extension*", "src/create.cpp", "if (b == nullptr || b->size <= options.hard_limit) {",
     "if (true) {"),
    ("Mark.Room*", "src/marks.cpp", "  s.rooms = nullptr;\n  s.spare = nullptr;\n  s.marks = mark;",
     "  s.spare = nullptr;\n  s.marks = mark;"),
    ("Mark.Room*", "src/marks.cpp",
     "  s.rooms = nullptr;\n  auto *mark = static_cast<mark_record *>(carve(", "  auto *mark = static_cast<mark_record *>(carve("),
    # --- scopes
    ("Mark.*", "include/pond/detail/marks.hpp", "mark.cur = pool.cur++;", "mark.cur = pool.cur;"),
    ("Scope*", "src/scopes.cpp", "    hide(h);  // what", "    // what"),
    ("Scope*", "src/scopes.cpp", "    hide(h);  // what", "    h.cur = h.end = nowhere();  // what"),
    ("Scope*", "src/marks.hpp", "  innermost->epoch = 0;\n", ""),
    ("Scope*", "src/scopes.cpp", "    ++h.cur;", "    ;"),
    ("UnusedChild.*", "src/scopes.cpp", "return !has_ended(pool);", "return is_empty(pool);"),
    ("Ended.*", "src/scopes.cpp", "return !has_ended(pool);", "return true;"),
    ("UnusedChild.*", "src/scopes.cpp", "mark.end == nowhere()", "true"),
    ("UnusedChild.*", "src/scopes.cpp", " : reset(pool);", " : void();"),
    ("Scope*", "src/scopes.cpp", "std::exchange(s.rooms, nullptr)", "s.rooms"),
    ("Scope*", "src/scopes.cpp", "std::exchange(s.spare, nullptr)", "s.spare"),
    ("Scope*", "src/scopes.cpp", "epoch = ++s.ext->last_epoch;", "epoch = s.ext->last_epoch + 1;"),
    ("Scope*", "src/scopes.cpp", "!rewind_to(pool, *open)) keep(*pool.state, *open);",
     "!rewind_to(pool, *open)) return;"),
    ("Scope*", "src/scopes.cpp", "is_held(*mark.pool->state, *open, being_rewound)", "false"),
    ("Scope*", "src/scopes.cpp", "if (mark->pool != nullptr) outermost = mark;", "outermost = mark;"),
    ("Scope*", "src/marks.cpp", " || open.epoch == 0) return true;", ") return true;"),
    ("Scope*", "src/memory.cpp", "if (mark->end == end) mark->end = pool.end;", ""),
    ("Scope*", "src/marks.hpp", "if (innermost->epoch != pending) {", "if (true) {"),
    ("SmallPrint.ASeal*", "src/marks.cpp", "s.rooms->end == end) s.rooms = s.rooms->next;",
     "s.rooms->end == end) return true;"),
    ("Scope*", "src/marks.cpp", "    if (s.rooms != nullptr && s.rooms->end == end) s.rooms = s.rooms->next;\n", ""),
    ("Scope*", "src/records.hpp", "if (mark->epoch != pending) list", "list"),
    ("Scope*", "src/records.hpp", "if (record == nullptr || when == pending)", "if (record == nullptr)"),
    ("Scope*", "src/cleanup.cpp", "if (when == pending) [[unlikely]]", "if (false)"),
    ("Scope*", "src/blocks.cpp", "(s->flags & unusual) != 0 || has_pending(*s) ||",
     "(s->flags & unusual) != 0 ||"),
    ("Scope*", "src/large.cpp", "s->marks != nullptr ||", ""),
    ("Scope*", "src/tree.cpp", "(!has_pending(*parent.state) || open_pending(real(parent))) &&", ""),
    ("Scope*", "src/pool.cpp", "    end_scopes(*to.state);", "    return;"),
    ("Scope*", "src/state.hpp", "  if (s.marks != nullptr) end_scopes(s);", ""),
    ("Ended*", "src/ended.cpp", "return down < most_stones * block_alignment ?", "return false ?"),
    ("Ended*", "src/ended.cpp", "return seen == cut && std::strcmp(one.tag, tag) == 0;",
     "return seen == cut;"),
    ("Ended*", "src/ended.cpp", "return seen == cut && std::strcmp(one.tag, tag) == 0;",
     "return false;"),
    ("Ended*", "src/ended.cpp", "found != end ? found - stones : 0", "found - stones"),
    ("Ended*", "src/tree.cpp", "&pool == &other || has_ended(other)", "&pool == &other"),
    ("ExtensionIn*", "src/pool.cpp", "*link == nullptr || next_of(**link) == nullptr", "next_of(**link) == *link"),
    ("Ended*", "src/announce.cpp", "  if (record == nullptr && has_ended(pool)) return false;\n", ""),
    ("Ended*", "src/pool.cpp", "  if (pool.state == nullptr) empty(pool);\n", ""),
    ("Ended*", "src/pool.cpp", "watched ? shown_when_ended(pool) : nowhere()", "nowhere()"),
    ("Ended*", "src/ended.cpp", "         takes_from_library() && ", "         "),
    ("Ended*", "src/ended.cpp", "(s.flags & not_the_librarys) == 0 &&", ""),
    ("Ended*", "src/pool.cpp", "      shown = place_of_stone(s);\n", ""),
    ("Values*", "src/values.cpp",
     "  if (table.capacity == 0) move_bucket(grown, table.few);\n", ""),
    ("Values*", "src/values.cpp", "if (table.count < most)", "if (table.count < table.capacity)"),
    ("Values*", "src/values.cpp",
     "  if (table.capacity == 0) move_bucket(grown, table.few);\n",
     "  for (value *v = table.capacity == 0 ? table.few : nullptr; v != nullptr;) {\n"
     "    value *next = v->next;\n    put(grown, v);\n    v = next;\n  }\n"),
    ("TwoThreads*", "src/watch.cpp", "  const exclusive_use here(s);\n", ""),
    ("TwoThreads*", "src/release.cpp",
     "std::size_t size) noexcept {\n  const exclusive_use here(s);\n", "std::size_t size) noexcept {\n"),
    ("TwoThreads*", "src/release.cpp",
     "const void *p) noexcept {\n  const exclusive_use here(s);\n", "const void *p) noexcept {\n"),
    ("TwoThreads*", "src/large.cpp", "  const exclusive_use here(*pool.state);\n", ""),
    ("TwoThreads*", "src/cleanup.cpp", "  const exclusive_use here(s);\n", ""),
    ("TwoThreads*", "src/pool.cpp", "  const exclusive_use here(s);", "  //"),
    ("TwoThreads*", "src/pool.cpp", "  const exclusive_use here(s);", "  { const exclusive_use here(s); }  //"),
    ("TwoThreads*", "src/pool.cpp",
     "    enter_trapped(s);  // for good\n", ""),
    ("TwoThreads*", "src/watch.cpp", "if (inside != self) met(s);", "met(s);"),
    ("TwoThreads*", "src/watch.cpp", "  return nullptr;  // a callback of", "  return s.ext;  // a callback of"),
    ("TwoThreads*", "src/watch.cpp", "  __atomic_store_n(&entered.thread_inside,",
     "  if (false) __atomic_store_n(&entered.thread_inside,"),
    ("Report*", "src/watch.cpp", "reporting.report(reporting.context, tag, error, what);",
     "to_standard_error(nullptr, tag, error, what);"),
    ("Report*", "src/watch.cpp", "reporting.report(reporting.context, \"\", 0, text);",
     "to_standard_error(nullptr, \"\", 0, text);"),
    ("Report*", "src/watch.cpp",
     "  reporting = {report != nullptr ? report : to_standard_error, context};",
     "  if (report != nullptr) reporting = {report, context};"),
    ("Large.NodesAreNeverLarge", "src/create.cpp", "least_threshold = surely_small - 1;",
     "least_threshold = surely_small - 2;"),
    ("Large.IsWhat*", "include/pond/detail/core.hpp", "size + alignment > surely_small;",
     "size + alignment > surely_small + 1;"),
    ("Large.IsWhat*", "include/pond/detail/core.hpp", "size + alignment > surely_small;",
     "size + alignment % 2 > surely_small;"),
    ("Large.IsWhat*", "include/pond/detail/core.hpp", "size + alignment > surely_small;",
     "size > surely_small;"),
    ("Node.*", "include/pond/detail/core.hpp", "if (seen || may", "if (may"),
    ("Node.*", "include/pond/detail/core.hpp", "size > surely_small - alignment;",
     "size > surely_small - alignment + 1;"),
    ("Node.*", "include/pond/detail/core.hpp", "alignment > surely_small || size", "size"),
    ("ShortSize*", "include/pond/detail/bump.hpp", "? ule(at + size, end)",
     "? ule(at + size, end + 16)"),
    ("ShortSize*", "include/pond/detail/bump.hpp", "? kernels_bytes - 1 :",
     "? kernels_bytes :"),
    ("Edge*", "src/create.cpp", "-std::uintptr_t{kernels_bytes}", "-std::uintptr_t{4096}"),
    ("Node.*", "src/release.cpp", "  if (retract(pool, p, size)) return;\n", ""),
    ("Node.*", "include/pond/detail/bump.hpp", "(a) <= 0;", "(a) < 0;"),
    ("Node.*", "include/pond/detail/bump.hpp", "(a) <= 0;", "(a) == 0;"),
    ("Shown*", "src/recycle.cpp", "is_no_memory(p) || ", ""),
    ("Shown*", "src/shown.hpp", " || p == nowhere()", ""),
    ("Shown*", "src/create.cpp", "size == 0 || ", ""),
    ("Shown*", "include/pond/detail/bump.hpp", " && p != nullptr &&", " &&"),
    ("Node.*", "include/pond/detail/bump.hpp", " && pool.state != nullptr;", ";"),
    ("Descriptors*", "src/cleanup.cpp", "fd == -1 && errno != 0", "false"),
    ("MakeUndestroyed*", "include/pond/unique_ptr.hpp",
     "      [](T *) { return true; }, std::forward<Arguments>(arguments)...);",
     "      [&from](T *t) { return from.on_destroy([t] { std::destroy_at(t); }) != nullptr; },\n"
     "      std::forward<Arguments>(arguments)...);"),
    ("SmallPrint.APoolGrows*", "src/blocks.cpp",
     "bytes = sizes::next_block(bytes, s.taken, sizes::default_largest_block);",
     "bytes = s.first.size;"),
    ("Recycle.OverAligned*", "src/recycle.cpp", "    newest = &aligned->newest[bin];\n", ""),
    ("Recycle.Each*", "src/recycle.cpp", "if (aligned->alignment < alignment ||", "if (false ||"),
    ("Recycle.Without*", "src/recycle.cpp", "  if (memory == nullptr) return false;\n  *link",
     "  if (memory == nullptr) return true;\n  *link"),
    ("Recycle.WhatWas*", "src/recycle.cpp", "size < s.threshold + sizes::quantum",
     "size <= s.threshold"),
    ("Room.*", "src/blocks.cpp", "      link = &r->next;", "      ;"),
    ("Room.*", "src/memory.hpp", "left < size || room", "left <= size || room"),
    ("*ZeroSize*", "src/release.cpp", "  if (size != 0) [[likely]]\n    return true;",
     "  return true;"),
    ("*ZeroSize*", "src/release.cpp", "knows ? large.given == 0 :", "false ? large.given == 0 :"),
    ("NoSize*", "src/release.cpp", ": large.size <= sizes::quantum;", ": false;"),
    ("Cache.ALargeOne*", "src/large.cpp",
     "    return allocate_large_slow(pool, size, alignment);\n  const std::size_t bytes",
     "    return allocate_large_slow(pool, from.newest->size, alignment);\n"
     "  const std::size_t bytes"),
    ("OfAPlainPool*", "src/release.cpp", "large != nullptr && is_meant(*s, *large, size)",
     "large != nullptr"),
    ("Scope*", "src/release.cpp", "size)) release_unless_marked(*s, large);",
     "size)) release_large(*s, large);"),
    ("Quota.TheFirst*", "src/create.cpp", "    tell_passed(ext, ext->reserved,",
     "    tell_passed(ext, 0,"),
    ("Quota.TheFirst*", "src/create.cpp",
     "ext->parent != nullptr ? ext->parent->ext : nullptr);", "nullptr);"),
    ("Whose*", "src/whose.cpp", "if (held == self ||", "if (true ||"),
    ("Whose*", "src/whose.cpp", "r.record.size, address", "r.record.size + 1, address"),
    ("Whose*", "src/whose.cpp", "latest[(went - 1 - i) % most_gone]", "latest[i]"),
    ("Whose*", "src/whose.cpp", "block == nullptr && freed ?", "block == nullptr ?"),
    ("Whose*", "src/whose.cpp", "    const locked here;\n    forget_block(p);\n", ""),
    ("Whose*", "src/whose.cpp", "one->number > found->number",
     "one->number < found->number"),
    ("Whose*", "src/whose.cpp", "if (blocks.slots[i] != nullptr) put(", "if (false) put("),
    ("Whose*", "src/blocks.cpp", "    taken(s, b, bytes);\n", ""),
    ("Whose*", "src/watch.cpp", "  taken(s, base_of(s), s.first.size);\n", ""),
    ("Whose*", "src/ended.cpp", "  gone(s, &pool, sizeof(pool));\n", ""),
    ("Nested.*", "include/pond/detail/arguments.hpp",
     "with(const Allocator &allocator, const std::pair<A, B> &from) {\n"
     "    return with(allocator, from.first, from.second);",
     "with(const Allocator &, const std::pair<A, B> &from) {\n"
     "    return std::forward_as_tuple(from);"),
    ("Nested.*", "include/pond/detail/arguments.hpp",
     "std::make_from_tuple<pair>(with(*allocator, pair(std::forward<Other>(*other))))",
     "pair(std::forward<Other>(*other))"),
    ("Nested.*", "include/pond/detail/arguments.hpp",
     "only_moves<T, T> = std::is_nothrow_move_constructible_v<T>;", "only_moves<T, T> = false;"),
    ("Unregistered.*", "include/pond/detail/objects.hpp",
     "    if (object != nullptr) std::destroy_at(object);\n", ""),
    ("OverAligned.*", "include/pond/allocator.hpp",
     "pool_->allocate(count * sizeof(T), alignof(T))", "pool_->allocate(count * sizeof(T), 16)"),
    ("OverAligned.*", "include/pond/resource.hpp",
     "return pool_->allocate(size, alignment);", "return pool_->allocate(size, 16);"),
    ("SharedPool.*", "include/pond/shared_pool.hpp",
     "    if (head_ != nullptr) detail::retain(*head_);\n", ""),
    ("Assigned.*", "include/pond/allocator.hpp",
     "propagate_on_container_copy_assignment = std::false_type",
     "propagate_on_container_copy_assignment = std::true_type"),
    ("Assigned.*", "include/pond/allocator.hpp",
     "propagate_on_container_move_assignment = std::false_type",
     "propagate_on_container_move_assignment = std::true_type"),
]


def program_of(tests, name):
    if name not in HEADERS:
        return "whose_test" if tests.startswith("Whose") else "pond_tests"
    suite = tests.split(".")[0].rstrip("*")
    (file,) = (file for file in glob.glob(os.path.join(SOURCE, "tests", "*_test.cpp"))
               if re.search(rf"TEST(_F)?\({suite},", open(file).read()))
    return os.path.basename(file).replace("_test.cpp", "_alone")


def prepared_copy(number):
    copy = Variant(f"mutants-{number}", "-DCMAKE_CXX_FLAGS_RELEASE=-O0")
    failed = copy.build("pond_tests")
    if failed is not None:
        raise RuntimeError(failed)
    return copy


def try_mutant(copy, tests, name, old, new):
    """None, or why the mutant is not dead."""
    try:
        replacement = copy.replaced(name, old, new)
    except ValueError as error:
        return str(error)
    program = program_of(tests, name)
    with replacement:
        failed = copy.build(program)
        if failed is not None:
            return "does not compile:\n" + failed
        return "survived" if copy.survives(tests, program=program) else None


def main():
    numbers = range(1, len(MUTANTS) + 1)
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("number", type=int, nargs="*", choices=[*numbers, []], default=[],
                        metavar="NUMBER", help="of which mutants; all without")
    chosen = parser.parse_args().number or numbers
    alive = []

    def work(copy, number):
        tests, name, old, new = MUTANTS[number - 1]
        why = try_mutant(copy, tests, name, old, new)
        print(f"{number:3} {tests:12} {name}: {why or 'killed'}", flush=True)
        if why is not None:
            alive.append(number)

    chosen = sorted(chosen, key=lambda number: MUTANTS[number - 1][1] in HEADERS)
    each(chosen, min(JOBS, len(chosen)), prepared_copy, work)
    sys.exit(f"{len(alive)} mutants are alive" if alive else 0)


if __name__ == "__main__":
    main()
