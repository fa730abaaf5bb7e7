"""Text into vectors: the fast ONNX encoder, the sentence-transformers reference, preparation."""
