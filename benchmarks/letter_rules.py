"""How well the front end phonemes-en reads words that it does not know.

    python benchmarks/letter_rules.py [--learn]

A tenth of the words of the CMU dictionary, chosen by their hash, is held out: the rules are learned
without them, and here the dictionary is read without them. `--learn` learns the rules again and
writes the file that voiceprep reads (a minute).

Learning aligns each letter with none, one or two phonemes by Viterbi training, and then adds a rule
with a longer context wherever it sets right two words more than the shorter one does.
"""

import gzip
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256

from voiceprep.text.frontends.english import letter_rules
from voiceprep.text.frontends.english.dictionary import Dictionary, load_dictionary
from voiceprep.text.frontends.english.pronounce import Pronouncer
from voiceprep.text.lexicon import without_stress

HELD_OUT_OF_256 = 26
ROUNDS, LEAST_GAIN = 5, 2
# In nats a letter: worse alignments are of abbreviations and of words read in another way.
WORST_ALIGNMENT = 2.6
UNSEEN_COSTS = (8.0, 12.0, 16.0)

Sounds = tuple[str, ...]
Costs = Mapping[str, Mapping[Sounds, float]]
# A word with its edges, the place of a letter in it, and the phonemes of that letter.
Instance = tuple[str, int, str]


def is_held_out(word: str) -> bool:
    return sha256(word.encode()).digest()[0] < HELD_OUT_OF_256


def plain_words(dictionary: Dictionary) -> dict[str, Sounds]:
    """The words of letters alone, with their first pronunciation."""
    words = (word for word in dictionary.lines if re.fullmatch("[a-z]{2,}", word))
    return {word: dictionary.find(word) or () for word in words}


def with_r(sounds: Sounds) -> Sounds:
    """The phonemes with an R after each ER, for the letters of both: see `join_r`."""
    return tuple(one for sound in sounds for one in ((sound, "R") if "ER" in sound else (sound,)))


# -- learning ------------------------------------------------------------------------------------


def first_costs(words: Mapping[str, Sounds]) -> Costs:
    """How badly a letter goes with a phoneme, from how often they are at like places of words."""
    together: dict[str, Counter[Sounds]] = defaultdict(Counter)
    for word, sounds in words.items():
        for i, letter in enumerate(word):
            for j, sound in enumerate(sounds):
                apart = (i + 0.5) / len(word) - (j + 0.5) / len(sounds)
                together[letter][(sound,)] += math.exp(-((apart * 6) ** 2))
    total = sum(together.values(), Counter())
    everything = sum(total.values())
    costs: dict[str, dict[Sounds, float]] = {}
    for letter, counts in together.items():
        share = sum(counts.values()) / everything
        costs[letter] = {one: 3 - math.log(n / share / total[one]) for one, n in counts.items()}
        costs[letter][()] = 4.5
    return costs


def align(word: str, sounds: Sounds, costs: Costs) -> tuple[list[int], float]:
    """How many phonemes each letter stands for, and the cost; none where that is impossible."""
    best = [0.0] + [math.inf] * len(sounds)
    taken: list[list[int]] = []
    for letter in word:
        known, after, counts = costs[letter], [math.inf] * len(best), [0] * len(best)
        for end in range(len(best)):
            for count in range(min(2, end) + 1):
                cost = known.get(sounds[end - count : end], UNSEEN_COSTS[count])
                if best[end - count] + cost < after[end]:
                    after[end], counts[end] = best[end - count] + cost, count
        best = after
        taken.append(counts)
    numbers, end = [], len(sounds)
    for counts in reversed(taken):
        numbers.append(counts[end])
        end -= counts[end]
    return ([] if math.isinf(best[-1]) else numbers[::-1]), best[-1]


def split(sounds: Sounds, numbers: list[int]) -> Iterator[Sounds]:
    start = 0
    for number in numbers:
        yield sounds[start : start + number]
        start += number


def align_all(words: Mapping[str, Sounds]) -> dict[str, list[int]]:
    """The alignments of all words that read as they are written."""
    bare = {word: without_stress(sounds) for word, sounds in words.items()}
    costs = first_costs(bare)
    for _ in range(ROUNDS):
        counts: dict[str, Counter[Sounds]] = defaultdict(Counter)
        found: dict[str, list[int]] = {}
        for word, sounds in bare.items():
            numbers, cost = align(word, sounds, costs)
            if numbers and cost < WORST_ALIGNMENT * len(word) and re.search("[aeiouy]", word):
                found[word] = numbers
            for letter, one in zip(word, split(sounds, numbers), strict=bool(numbers)):
                counts[letter][one] += 1
        costs = {
            letter: {one: math.log(seen.total() / n) for one, n in seen.items() if n > 2}
            for letter, seen in counts.items()
        }
    return found


def make_rules(instances: list[Instance], depth: int = 0, read: str = "-") -> Iterator[str]:
    """The rules of a context and of the longer ones in it; `read` is what shorter ones say."""
    counts = Counter(sounds for *_, sounds in instances)
    best, number = counts.most_common(1)[0]
    if best != read and (depth == 0 or number - counts[read] >= LEAST_GAIN):
        word, place, _ = instances[0]
        yield f"{letter_rules.rule_key(word, place, *letter_rules.CONTEXTS[depth])} {best}"
        read = best
    depth += 1
    if depth == len(letter_rules.CONTEXTS) or counts[read] + LEAST_GAIN > len(instances):
        return
    longer: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        key = letter_rules.rule_key(*instance[:2], *letter_rules.CONTEXTS[depth])
        longer[key].append(instance)
    for key in sorted(longer):
        yield from make_rules(longer[key], depth, read)


def learn(words: Mapping[str, Sounds]) -> list[str]:
    by_letter: dict[str, list[Instance]] = defaultdict(list)
    for word, numbers in align_all(words).items():
        for place, sounds in enumerate(split(words[word], numbers), 1):
            by_letter[word[place - 1]].append((f"#{word}#", place, " ".join(sounds)))
    return [rule for letter in sorted(by_letter) for rule in make_rules(by_letter[letter])]


# -- measuring -----------------------------------------------------------------------------------


def edits(first: Sounds, second: Sounds) -> int:
    """The edit distance."""
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(second, 1):
            here = min(row[j] + 1, row[j - 1] + 1, before + (one != other))
            before, row[j] = row[j], here
    return row[-1]


def errors(read: Callable[[str], Sounds], truth: Mapping[str, Sounds]) -> tuple[float, float]:
    """The phoneme error rate and the share of words with an error."""
    wrong = [edits(read(word), sounds) for word, sounds in truth.items()]
    return sum(wrong) / sum(map(len, truth.values())), sum(map(bool, wrong)) / len(wrong)


def show(name: str, read: Callable[[str], Sounds], truth: Mapping[str, Sounds]) -> None:
    def bare(word: str) -> Sounds:
        return without_stress(read(word))

    stressed = errors(read, truth)
    plain = errors(bare, {word: without_stress(sounds) for word, sounds in truth.items()})
    cells = " | ".join(f"{100 * share:.1f} %" for share in (*stressed, *plain))
    print(f"| {name} | {len(truth)} | {cells} |", flush=True)


def main() -> None:
    dictionary = load_dictionary()
    words = plain_words(dictionary)
    held_out = {word: sounds for word, sounds in words.items() if is_held_out(word)}
    if "--learn" in sys.argv:
        rules = learn({word: with_r(words[word]) for word in words if word not in held_out})
        data = gzip.compress("\n".join(rules).encode(), 9, mtime=0)
        letter_rules.RULES_PATH.write_bytes(data)
    known = {word: line for word, line in dictionary.lines.items() if not is_held_out(word)}
    pronouncer = Pronouncer({}, Dictionary(known))
    print(f"{len(letter_rules.load_rules())} rules, {letter_rules.RULES_PATH.stat().st_size} bytes")
    print("| read by | words | phoneme errors | words wrong | phonemes, no stress | words |")
    print("|---|---|---|---|---|---|")
    show("the rules alone", letter_rules.apply_rules, held_out)
    show("the front end", lambda word: pronouncer.pronounce(word).sounds, held_out)
    ways: dict[str, dict[str, Sounds]] = defaultdict(dict)
    for word, sounds in held_out.items():
        ways[pronouncer.pronounce(word).how][word] = sounds
    for way, some in sorted(ways.items()):
        show(f"of these {way}", lambda word: pronouncer.pronounce(word).sounds, some)


if __name__ == "__main__":
    main()
