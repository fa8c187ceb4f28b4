/**
 * The house rules of this code base, as tests: who may import whom, which library stays in which
 * room, sizes, words.
 */
@NullMarked
package dev.ramtide.deploy.house;

import org.jspecify.annotations.NullMarked;
