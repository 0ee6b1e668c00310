/* words.c: counts the words of a text: words [-n MOST] [-s] [FILE]
 *
 * C99 and pond.h alone. Words lie in the lines that they were first seen in: a line with a new word
 * is kept, any other is taken back by rewinding to where it began. So memory grows with the
 * vocabulary, not with the text. */
#define _POSIX_C_SOURCE 200809L /* getopt */

#include <ctype.h>
#include <pond/pond.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct word {
  struct word *next; /* in the same bucket */
  const char *text;
  size_t count;
} word;

typedef struct vocabulary {
  pond_pool *pool;
  word **buckets;
  size_t bucket_count; /* a power of two */
  size_t words;
} vocabulary;

typedef struct line {
  char *text;
  size_t length;
  bool ended; /* false: the last one of a text that does not end with an end of line */
} line;

typedef struct options {
  size_t most;
  bool statistics;
  const char *file; /* NULL: standard input */
} options;

typedef struct totals {
  size_t bytes;
  size_t lines;
  size_t lines_kept;
} totals;

enum { first_buckets = 64, first_line = 128 };

/* FNV-1a, 64 bits. */
static size_t hash(const char *text) {
  uint64_t h = 0xcbf29ce484222325U;
  for (; *text != '\0'; ++text) h = (h ^ (unsigned char)*text) * 0x100000001b3U;
  return (size_t)h;
}

static word **bucket_of(const vocabulary *v, const char *text) {
  return &v->buckets[hash(text) & (v->bucket_count - 1)];
}

/* Twice the buckets. The old ones go at once if they are large, which pond_free finds out. */
static bool grow(vocabulary *v) {
  const vocabulary old = *v;
  v->bucket_count = old.bucket_count != 0 ? 2 * old.bucket_count : first_buckets;
  v->buckets = pond_calloc(v->pool, v->bucket_count, sizeof *v->buckets);
  if (v->buckets == NULL) return false;
  for (size_t i = 0; i < old.bucket_count; ++i) {
    while (old.buckets[i] != NULL) {
      word *w = old.buckets[i];
      word **to = bucket_of(v, w->text);
      old.buckets[i] = w->next;
      w->next = *to;
      *to = w;
    }
  }
  pond_free(v->pool, old.buckets);
  return true;
}

static word *find(const vocabulary *v, const char *text) {
  word *w = v->bucket_count != 0 ? *bucket_of(v, text) : NULL;
  while (w != NULL && strcmp(w->text, text) != 0) w = w->next;
  return w;
}

static word *add(vocabulary *v, const char *text) {
  if (v->words == v->bucket_count && !grow(v)) return NULL;
  word *w = pond_alloc(v->pool, sizeof *w);
  if (w == NULL) return NULL;
  word **bucket = bucket_of(v, text);
  *w = (word){*bucket, text, 0};
  *bucket = w;
  ++v->words;
  return w;
}

/* Counts `text`, which is kept as it is if it is new. Only then the buckets may grow: those that
 * did for a line without a new word would go with it. */
static bool count(vocabulary *v, const char *text, bool *is_new) {
  word *w = find(v, text);
  if (w == NULL) {
    w = add(v, text);
    if (w == NULL) return false;
    *is_new = true;
  }
  ++w->count;
  return true;
}

/* The next line, with a zero byte instead of its end; text NULL: no memory, or no line. It is the
 * newest allocation: it grows where it stands, and what is too much is given back. */
static line read_line(pond_pool *pool, FILE *from) {
  line l = {NULL, 0, false};
  size_t room = 0;
  for (int c; !l.ended && (c = getc(from)) != EOF;) {
    if (l.length + 1 >= room) {
      const size_t larger = room != 0 ? 2 * room : first_line;
      l.text = pond_resize(pool, l.text, room, larger);
      if (l.text == NULL) return l;
      room = larger;
    }
    if (c == '\n') {
      l.ended = true;
    } else {
      l.text[l.length++] = (char)c;
    }
  }
  if (l.text == NULL) return l;
  l.text[l.length] = '\0';
  l.text = pond_resize(pool, l.text, room, l.length + 1);
  return l;
}

/* Cuts the line into words, in place: letters in lower case, and a zero byte behind each word. */
static bool count_words(vocabulary *v, line l, bool *is_new) {
  char *begin = NULL;
  for (char *p = l.text; p <= l.text + l.length; ++p) {
    if (isalpha((unsigned char)*p)) {
      *p = (char)tolower((unsigned char)*p);
      if (begin == NULL) begin = p;
    } else if (begin != NULL) {
      *p = '\0';
      if (!count(v, begin, is_new)) return false;
      begin = NULL;
    }
  }
  return true;
}

static bool count_lines(vocabulary *v, FILE *from, totals *t) {
  for (;;) {
    const pond_mark mark = pond_get_mark(v->pool);
    const line l = read_line(v->pool, from);
    if (l.text == NULL) return feof(from) && !ferror(from);
    bool is_new = false;
    if (!count_words(v, l, &is_new)) return false;
    const bool done = is_new ? pond_commit(v->pool, mark) : pond_rewind(v->pool, mark);
    if (!done) return false;
    t->bytes += l.length + l.ended;
    t->lines += 1;
    t->lines_kept += is_new;
  }
}

static int by_count_then_text(const void *a, const void *b) {
  const word *x = *(word *const *)a;
  const word *y = *(word *const *)b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return strcmp(x->text, y->text);
}

static bool print(const vocabulary *v, size_t most) {
  word **all = pond_calloc(v->pool, v->words, sizeof *all);
  size_t found = 0;
  if (all == NULL) return false;
  for (size_t i = 0; i < v->bucket_count; ++i) {
    for (word *w = v->buckets[i]; w != NULL; w = w->next) all[found++] = w;
  }
  qsort(all, found, sizeof *all, by_count_then_text);
  for (size_t i = 0; i < found && i < most; ++i) printf("%7zu %s\n", all[i]->count, all[i]->text);
  return fflush(stdout) == 0;
}

static void print_statistics(const vocabulary *v, totals t) {
  pond_stats stats;
  pond_get_stats(v->pool, &stats);
  fprintf(stderr, "%zu bytes in %zu lines, %zu kept; %zu words; the pool holds %zu bytes\n",
          t.bytes, t.lines, t.lines_kept, v->words, stats.reserved);
}

static void close_file(void *file) { fclose(file); }

/* The file, which the pool closes; standard input without a name. */
static FILE *open_text(pond_pool *pool, const char *name) {
  FILE *file = name != NULL ? fopen(name, "r") : stdin;
  if (file == NULL || name == NULL) return file;
  if (pond_on_destroy(pool, close_file, file) != NULL) return file;
  fclose(file);
  return NULL;
}

static bool read_options(int argc, char **argv, options *o) {
  for (int letter; (letter = getopt(argc, argv, "n:s")) != -1;) {
    char *end = NULL;
    if (letter == 'n') o->most = strtoul(optarg, &end, 10);
    if (letter == 's') o->statistics = true;
    if (letter == '?') return false;
    if (end != NULL && (!isdigit((unsigned char)*optarg) || *end != '\0')) return false;
  }
  if (optind < argc) o->file = argv[optind++];
  return optind == argc;
}

static bool run(pond_pool *pool, const options *o) {
  vocabulary v = {pool, NULL, 0, 0};
  totals t = {0, 0, 0};
  FILE *text = open_text(pool, o->file);
  if (text == NULL || !count_lines(&v, text, &t) || !print(&v, o->most)) return false;
  if (o->statistics) print_statistics(&v, t);
  return true;
}

int main(int argc, char **argv) {
  options o = {SIZE_MAX, false, NULL};
  if (!read_options(argc, argv, &o)) {
    fprintf(stderr, "usage: words [-n MOST] [-s] [FILE]\n");
    return 2;
  }
  pond_pool *pool = pond_create(0);
  const bool done = pool != NULL && run(pool, &o);
  if (!done) perror("words");
  pond_destroy(pool); /* closes the file; everything else is gone with it */
  return done ? 0 : 1;
}
